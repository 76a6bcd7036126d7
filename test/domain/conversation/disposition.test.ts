import type { AgentTask, TaskCloseReason } from '../../../domain/conversation/agent-task';
import { dispositionOf } from '../../../domain/conversation/disposition';
import { addSeconds } from '../../../domain/conversation/time';
import { aConversation, aCreatedStory, anActiveStory, T0 } from '../../support/conversations';

const template = anActiveStory().task(1);
function task(change: Partial<AgentTask>): AgentTask {
  return { ...template, ...change };
}
function closed(
  closeReason: TaskCloseReason,
  closeDetail: string | null,
  answered = true,
): AgentTask {
  const answeredAt = answered ? T0 : null;
  return task({
    state: 'CLOSED',
    mediaState: 'CLOSED',
    closeReason,
    closeDetail,
    endedAt: T0,
    answeredAt,
  });
}

describe('disposition (domain.md 6.16)', () => {
  it.each([
    ['DONE', null, true, 'AGENT_HANDLED'],
    ['TRANSFERRED', null, true, 'AGENT_HANDLED'],
    ['AGENT_LOGOUT', 'SELF', true, 'AGENT_HANDLED'],
    ['AGENT_LOGOUT', 'FORCED', true, 'AGENT_HANDLED'],
    ['AGENT_LOGOUT', 'PRESENCE_LOST', true, 'ABANDONED'],
    ['FORCE_CLOSED', null, true, 'AGENT_HANDLED'],
    ['FORCE_CLOSED', null, false, 'ABANDONED'],
    ['CANCELLED', 'CUSTOMER_LEFT', false, 'ABANDONED'],
    ['NO_AGENT_AVAILABLE', null, false, 'ABANDONED'],
    ['REROUTE', null, true, 'ABANDONED'],
    ['RONA', 'TIMEOUT', false, 'RONA'],
    ['RESPONSE_TIMEOUT', 'SLA', true, 'AGENT_SLA_EXPIRED'],
  ] as const)('%s %s, answered %s: %s', (reason, detail, answered, disposition) => {
    const state = aConversation({ tasks: [closed(reason, detail, answered)] });
    expect(dispositionOf(state, T0)).toBe(disposition);
  });

  it.each([
    [1, 'BOT_HANDLED'],
    [0, 'UNKNOWN'],
  ])('no task, %i bot messages: %s', (botMessages, disposition) => {
    const { counters } = aConversation();
    const state = aConversation({ counters: { ...counters, botMessages } });
    expect(dispositionOf(state, T0)).toBe(disposition);
  });

  it('merged away: MERGED, whatever its tasks', () => {
    const state = aConversation({ closeReason: 'MERGED', tasks: [closed('DONE', null)] });
    expect(dispositionOf(state, T0)).toBe('MERGED');
  });

  it('leaves CONSULT tasks out', () => {
    const consult = {
      ...closed('RONA', 'TIMEOUT', false),
      direction: 'CONSULT' as const,
      endedAt: addSeconds(T0, 9),
    };
    expect(dispositionOf(aConversation({ tasks: [closed('DONE', null), consult] }), T0)).toBe(
      'AGENT_HANDLED',
    );
  });

  it('a failed WARM transfer does not make the agent who goes on an ABANDONED', () => {
    const story = anActiveStory();
    story.agentSays('a1');
    story.transfers('a1', { queueId: 'billing' }, 'WARM');
    story.wait(300);
    story.endSession();
    story.leaves('a1');
    expect(story.state.disposition).toBe('AGENT_HANDLED');
  });

  it('a customer who waits for the next agent while the last one wraps up has ABANDONED', () => {
    const story = anActiveStory();
    story.leaves('a1');
    story.findAgent();
    story.wait(10).endSession();
    expect(story.state.disposition).toBe('ABANDONED');
  });

  it.each([
    [() => aCreatedStory(), 'UNKNOWN'],
    [() => anActiveStory(), 'AGENT_HANDLED'],
  ])('counts open tasks as what closing will make of them (%#)', (make, disposition) => {
    const story = make();
    story.forceClose();
    expect(story.state.disposition).toBe(disposition);
    expect(story.closes().state.disposition).toBe(disposition);
  });
});
