import { ENTRY_TYPES, type TimelineActivity } from '../../../domain/conversation/timeline-activity';
import { customerView, visibleTo } from '../../../domain/conversation/visibility';
import {
  agent,
  anActiveStory,
  bot,
  someNotices,
  someSettings,
  text,
  whatsAppSettings,
} from '../../support/conversations';

const entry = (type: TimelineActivity['type'], data: TimelineActivity['data'] = null) => ({
  type,
  data,
  channelSessionId: null,
});

describe('who sees an entry (domain.md 8.5)', () => {
  it.each(ENTRY_TYPES)('%s', (type) => {
    const customers = [
      'CUSTOMER_MESSAGE',
      'BOT_MESSAGE',
      'AGENT_MESSAGE',
      'SYSTEM_MESSAGE',
      'MESSAGE_REACTED',
      'MESSAGE_EDITED',
      'MESSAGE_DELETED',
      'CONVERSATION_STARTED',
      'CHANNEL_SESSION_STARTED',
      'CHANNEL_SESSION_ENDED',
    ];
    expect(visibleTo(entry(type), 'CUSTOMER')).toBe(customers.includes(type));
    expect(visibleTo(entry(type), 'STAFF')).toBe(type !== 'STALE_BOT_REPLY');
    expect(visibleTo(entry(type), 'SUPERVISOR')).toBe(true);
  });

  it.each([
    ['TOPIC_STATE_CHANGED', { to: 'CLOSED' }, true],
    ['TOPIC_STATE_CHANGED', { to: 'CLOSING' }, false],
    ['AGENT_SUBSCRIBED', { role: 'PRIMARY' }, true],
    ['AGENT_SUBSCRIBED', { role: 'ASSISTANT' }, false],
    ['AGENT_SUBSCRIBED', { role: 'OBSERVER' }, false],
    ['AGENT_UNSUBSCRIBED', { role: 'PRIMARY' }, true],
    ['AGENT_UNSUBSCRIBED', { role: 'WRAP_UP' }, false],
    [
      'PARTICIPANT_ROLE_CHANGED',
      { participantType: 'AGENT', from: 'PRIMARY', to: 'WRAP_UP' },
      true,
    ],
    [
      'PARTICIPANT_ROLE_CHANGED',
      { participantType: 'AGENT', from: 'ASSISTANT', to: 'PRIMARY' },
      true,
    ],
    [
      'PARTICIPANT_ROLE_CHANGED',
      { participantType: 'BOT', from: 'PRIMARY', to: 'ASSISTANT' },
      false,
    ],
  ] as const)('%s %j for the customer: %s', (type, data, seen) => {
    expect(visibleTo(entry(type, data), 'CUSTOMER')).toBe(seen);
  });

  it('a customer sees entries of the own sessions only, where that is asked for', () => {
    const message = { ...entry('AGENT_MESSAGE'), channelSessionId: 'ses_1' };
    expect(visibleTo(message, 'CUSTOMER', { sessionIds: ['ses_1'] })).toBe(true);
    expect(visibleTo(message, 'CUSTOMER', { sessionIds: ['ses_2'] })).toBe(false);
    expect(visibleTo(message, 'STAFF', { sessionIds: [] })).toBe(true);
  });

  it.each(['OBSERVER', 'ASSISTANT'])(
    'a customer is not told that an agent was %s before',
    (from) => {
      const story = anActiveStory();
      const joins = {
        ...entry('PARTICIPANT_ROLE_CHANGED'),
        data: { name: 'Sara', from, to: 'PRIMARY' },
      };
      const [written] = story.entries;
      if (!written) throw new Error('no entry');
      expect(customerView({ ...written, ...joins }).data).toEqual({ name: 'Sara', to: 'PRIMARY' });
    },
  );

  it('what a customer gets of a whole story holds nothing internal', () => {
    const canary = 'CANARY';
    const story = anActiveStory(
      someSettings({
        wrapUp: { enabled: true, seconds: 60, formId: null },
        notices: someNotices({ hold: 'Please wait' }),
      }),
    );
    story.startSession({ channelData: { device: canary } }, whatsAppSettings());
    story.request('addNote', { actor: agent('a1'), kind: 'NOTE', text: canary });
    story.request('addNote', { actor: agent('a1'), kind: 'WHISPER', text: canary });
    story.request('suggest', {
      actor: bot(),
      suggestionId: 's',
      body: text(canary),
      replyTo: null,
    });
    story.request('updateData', { actor: agent('a1'), set: { note: canary } });
    story.consults('a1', { queueId: canary });
    story.request('requestAgent', { actor: bot(), note: canary });
    story.wrapsUp('a1');
    story.holds('a1');
    story.agentSays('a1');
    story.leaves('a1', 'FORCE_LOGOUT');
    story.forceClose(canary);
    story.closes();

    const seen = story.entries.filter((it) => visibleTo(it, 'CUSTOMER')).map(customerView);
    expect(JSON.stringify(seen)).not.toMatch(/CANARY|support|tsk_|FORCE_LOGOUT|"p-\d/);
    expect(seen.map(({ type }) => type)).toEqual([
      'CONVERSATION_STARTED',
      'CHANNEL_SESSION_STARTED',
      'CUSTOMER_MESSAGE',
      'AGENT_SUBSCRIBED',
      'CHANNEL_SESSION_STARTED',
      'SYSTEM_MESSAGE',
      'AGENT_MESSAGE',
      'AGENT_UNSUBSCRIBED',
      'CHANNEL_SESSION_ENDED',
      'CHANNEL_SESSION_ENDED',
      'TOPIC_STATE_CHANGED',
    ]);
    expect(seen.at(-1)?.data).toEqual({ from: 'CLOSING', to: 'CLOSED' });
  });
});
