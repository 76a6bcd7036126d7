import type { MessageBody } from '../../../domain/message/schema';
import {
  aMessage,
  anActiveStory,
  Story,
  someSettings,
  voiceSettings,
} from '../../support/conversations';

const PHONE = voiceSettings();
type Event = Extract<MessageBody, { type: 'VOICE' }>['event'];

/** News of a call, `at` seconds past ten by the channel's clock. */
function tell(
  story: Story,
  event: Event,
  at: number,
  given: { leg?: string; callId?: string; direction?: 'OUTBOUND' } = {},
) {
  const { leg = 'l1', callId = 'c1', direction } = given;
  const message = aMessage({
    channelId: 'phone',
    body: { type: 'VOICE', callId, leg, event },
    sentAt: `2026-11-22T10:00:${String(at).padStart(2, '0')}.000Z`,
    ...(direction && { direction }),
  });
  return story.apply({ type: 'customerMessage', message, settings: PHONE });
}
function ends(story: Story, callId?: string) {
  const about = { channelId: 'phone', customerIdentifier: 'visitor', eventKey: `end-${callId}` };
  const session = { ...about, reason: 'CUSTOMER', ...(callId && { callId }) } as const;
  return story.apply({ type: 'channelSessionEnded', session });
}
const legs = (story: Story) => story.types().filter((type) => type.startsWith('CALL_'));
const phones = (story: Story) =>
  story.state.sessions.filter(({ channelId }) => channelId === 'phone').map(({ state }) => state);

describe('a call beside a chat', () => {
  it('gives one session whatever comes first, and its end gives the chat its timers back', () => {
    const story = anActiveStory();
    tell(story, 'HOLD', 2);
    tell(story, 'STARTED', 1);
    expect(phones(story)).toEqual(['STARTED']);
    expect(story.runs('agentSla')).toBe(false);
    tell(story, 'ENDED', 9);
    ends(story, 'c1');
    expect(phones(story)).toEqual(['ENDED']);
    expect(legs(story)).toEqual(['CALL_HOLD', 'CALL_LEG_STARTED', 'CALL_LEG_ENDED']);
    expect(story.runs('agentSla')).toBe(true);
  });

  it.each(['STARTED', 'HOLD', 'RESUMED'] as const)(
    '%s that comes after the end stands in the timeline and opens nothing',
    (event) => {
      const story = anActiveStory();
      tell(story, 'STARTED', 1);
      tell(story, 'ENDED', 9);
      ends(story, 'c1');
      const before = { sessions: story.state.sessions, deadlines: story.state.deadlines };
      tell(story, event, 5);
      expect(story.state).toMatchObject(before);
      expect(story.entries.at(-1)).toMatchObject({
        channelSessionId: story.state.sessions.find(({ channelId }) => channelId === 'phone')?.id,
        data: { callId: 'c1', leg: 'l1' },
      });
    },
  );

  it('another leg of the call, and the same one used anew, are no late news', () => {
    const story = anActiveStory();
    tell(story, 'ENDED', 9);
    ends(story, 'c1');
    tell(story, 'STARTED', 5, { leg: 'l2' });
    ends(story, 'c1');
    tell(story, 'STARTED', 12);
    expect(phones(story)).toEqual(['ENDED', 'ENDED', 'STARTED']);
  });

  it('stays while another call of the customer is open', () => {
    const story = anActiveStory();
    tell(story, 'STARTED', 1);
    tell(story, 'STARTED', 2, { callId: 'c2' });
    tell(story, 'ENDED', 3);
    ends(story, 'c1');
    expect(phones(story)).toEqual(['STARTED']);
    tell(story, 'ENDED', 4, { callId: 'c2' });
    ends(story, 'c2');
    expect(phones(story)).toEqual(['ENDED']);
  });

  it('that we made is outbound, session and conversation', () => {
    const story = new Story();
    tell(story, 'STARTED', 1, { direction: 'OUTBOUND' });
    expect(story.state.direction).toBe('OUTBOUND');
    expect(story.session('phone').direction).toBe('OUTBOUND');
  });
});

describe('a channel that carries no messages', () => {
  const deaf = voiceSettings({
    callsOnly: true,
    notices: { ...someSettings().notices, hold: 'Wait' },
  });
  const rings = { type: 'VOICE', callId: 'c1', event: 'STARTED' } as const;

  it('refuses what an agent writes there, and says why', () => {
    const story = anActiveStory();
    story.customerWrites(rings, deaf);
    const { id } = story.session('phone');
    expect(story.agentSays('a1', 'Hello', id).refused).toMatchObject({
      code: 'ILLEGAL_STATE',
      detail: 'The channel is for calls: it carries no messages.',
    });
  });

  it('is passed over where no session is named', () => {
    const story = anActiveStory();
    story.customerWrites(rings, deaf);
    story.agentSays('a1');
    expect(story.entries.at(-1)).toMatchObject({
      type: 'AGENT_MESSAGE',
      channelSessionId: story.session('web').id,
    });
  });
});
