import { addSeconds } from '../../../domain/conversation/time';
import {
  aCreatedStory,
  agent,
  anActiveStory,
  bot,
  type Story,
  text,
} from '../../support/conversations';

function byCustomer(
  story: Story,
  kind: 'REACTION' | 'EDIT' | 'DELETE',
  target: string,
  change = {},
) {
  return story.apply({
    type: 'customerFollowUp',
    followUp: {
      channelId: 'web',
      customerIdentifier: 'visitor',
      eventKey: `f-${target}-${kind}`,
      kind,
      target,
      ...change,
    },
  });
}
function idOf(story: Story, type: 'CUSTOMER_MESSAGE' | 'AGENT_MESSAGE' | 'BOT_MESSAGE'): string {
  return story.entriesOf(type).at(-1)?.id ?? '';
}

describe('follow-ups (domain.md 8.3)', () => {
  it("a reaction names the message by our id or the provider's", () => {
    const story = aCreatedStory();
    const message = story.entriesOf('CUSTOMER_MESSAGE')[0];
    for (const target of [message?.id ?? '', message?.providerMessageId ?? '']) {
      byCustomer(story, 'REACTION', target, { emoji: '👍' });
      expect(story.entries.at(-1)).toMatchObject({
        type: 'MESSAGE_REACTED',
        data: { messageId: message?.id, emoji: '👍' },
        actor: { type: 'CUSTOMER' },
        channelSessionId: story.session().id,
      });
    }
    byCustomer(story, 'REACTION', 'unknown');
    expect(story.entries.at(-1)?.data).toEqual({ messageId: 'unknown', emoji: '' });
  });

  it('is never a new message', () => {
    const story = aCreatedStory();
    const { counters } = story.state;
    byCustomer(story, 'EDIT', idOf(story, 'CUSTOMER_MESSAGE'), { body: text('Hullo') });
    expect(story.entries.at(-1)).toMatchObject({ type: 'MESSAGE_EDITED', body: text('Hullo') });
    expect(story.state.counters).toEqual(counters);
    expect(story.last?.entries[0]?.eventKey).toBeDefined();
  });

  it("the customer edits and deletes only what is the customer's", () => {
    const story = anActiveStory();
    story.agentSays('a1');
    const theirs = idOf(story, 'AGENT_MESSAGE');
    expect(byCustomer(story, 'EDIT', theirs, { body: text('x') }).refused?.code).toBe('FORBIDDEN');
    expect(byCustomer(story, 'DELETE', theirs).refused?.code).toBe('FORBIDDEN');
    expect(byCustomer(story, 'REACTION', theirs, { emoji: 'x' }).refused).toBeUndefined();
    expect(byCustomer(story, 'DELETE', 'unknown').refused).toBeUndefined();
    expect(byCustomer(story, 'EDIT', 'unknown').refused?.code).toBe('VALIDATION_FAILED');
  });

  it.each([
    ['EDIT', agent('a1'), undefined],
    ['EDIT', agent('a2'), 'FORBIDDEN'],
    ['EDIT', agent('sup', true), 'FORBIDDEN'],
    ['EDIT', bot(), 'FORBIDDEN'],
    ['DELETE', agent('a1'), undefined],
    ['DELETE', agent('a2'), 'FORBIDDEN'],
    ['DELETE', agent('sup', true), undefined],
    ['REACTION', agent('a2'), undefined],
    ['REACTION', agent('sup', true), 'FORBIDDEN'],
  ] as const)("%s of a1's message by %j", (kind, actor, code) => {
    const story = anActiveStory();
    story.joins('a2');
    story.agentSays('a1');
    const done = story.request('followUp', {
      actor,
      kind,
      messageId: idOf(story, 'AGENT_MESSAGE'),
      body: text('better'),
      emoji: '🙂',
    });
    expect(done.refused?.code).toBe(code);
  });

  it('an older message: the author is what the archive says', () => {
    const story = anActiveStory();
    const edit = (author: { type: string; id: string } | null) =>
      story.request('followUp', {
        actor: agent('a1'),
        kind: 'EDIT',
        messageId: 'msg_old',
        body: text('x'),
        author,
      });
    expect(edit({ type: 'AGENT', id: 'a1' }).refused).toBeUndefined();
    expect(edit({ type: 'AGENT', id: 'a2' }).refused?.code).toBe('FORBIDDEN');
    expect(edit(null).refused?.code).toBe('NOT_FOUND');
  });

  it('a scheduled message is changed or withdrawn before it exists', () => {
    const story = anActiveStory();
    story.request('sendMessage', {
      actor: agent('a1'),
      messageId: 'msg_later',
      channelSessionId: null,
      body: text('later'),
      replyTo: null,
      controlEpoch: null,
      sendAt: addSeconds(story.now, 60),
    });
    const { lastSeq } = story.state;
    const follow = (kind: string) =>
      story.request('followUp', {
        actor: agent('a1'),
        kind,
        messageId: 'msg_later',
        body: text('even later'),
      });
    expect(follow('REACTION').refused?.code).toBe('ILLEGAL_STATE');
    follow('EDIT');
    expect(story.state.scheduled['msg_later']?.body).toEqual(text('even later'));
    follow('DELETE');
    expect(story.state).toMatchObject({ scheduled: {}, lastSeq });
    expect(story.runs('scheduled:msg_later')).toBe(false);
  });

  it('a final FAILED is told once, other states only to the hook', () => {
    const story = aCreatedStory();
    const news = (state: 'READ' | 'FAILED') =>
      story.apply({
        type: 'deliveryReceipt',
        receipt: { conversationId: 'cnv_1', messageId: 'm', state, reasonCode: 'Unreachable' },
      });
    expect(news('READ').entries).toEqual([]);
    expect(story.effects.at(-1)).toMatchObject({
      type: 'controller',
      event: { type: 'DELIVERY', state: 'READ' },
    });
    expect(news('FAILED').entries.map(({ entry }) => entry.data)).toEqual([
      { messageId: 'm', state: 'FAILED', reasonCode: 'Unreachable' },
    ]);
    // The send that waited for the news ends by it.
    const ended = story.apply({ type: 'sendFailed', messageId: 'm', reasonCode: 'Unreachable' });
    expect(ended).toMatchObject({ entries: [], effects: [] });
    story.apply({ type: 'sendFailed', messageId: 'm2', reasonCode: 'SESSION_WINDOW_CLOSED' });
    expect(story.entries.at(-1)?.data).toMatchObject({
      messageId: 'm2',
      reasonCode: 'SESSION_WINDOW_CLOSED',
    });
  });
});
