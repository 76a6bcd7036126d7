import type { AgentTask } from './agent-task';
import { isWaiting } from './facts';
import type { ConversationState, Disposition } from './model';

/**
 * How the conversation went, from its latest task, CONSULT left out (domain.md 6.16). Latest is the one whose service ended
 * last (its wrap-up is no service), open ones counting as ending now; at the same moment one that was answered, then the
 * younger. So an agent who goes on after a failed WARM transfer has handled the conversation.
 */
export function dispositionOf(state: ConversationState, now: string): Disposition {
  if (state.closeReason === 'MERGED') return 'MERGED';
  const tasks = state.tasks.filter(({ direction }) => direction !== 'CONSULT');
  const latest = tasks.reduce<AgentTask | undefined>(
    (last, task) => (last && isLater(last, task, now) ? last : task),
    undefined,
  );
  if (!latest) return state.counters.botMessages > 0 ? 'BOT_HANDLED' : 'UNKNOWN';
  return fromTask(latest);
}

/** An open task counts as what its closing will make of it. */
function fromTask(task: AgentTask): Disposition {
  switch (task.closeReason) {
    case null:
      return isWaiting(task) ? 'ABANDONED' : 'AGENT_HANDLED';
    case 'DONE':
    case 'TRANSFERRED':
      return 'AGENT_HANDLED';
    case 'AGENT_LOGOUT':
      return task.closeDetail === 'PRESENCE_LOST' ? 'ABANDONED' : 'AGENT_HANDLED';
    case 'FORCE_CLOSED':
      return task.answeredAt === null ? 'ABANDONED' : 'AGENT_HANDLED';
    case 'CANCELLED':
    case 'NO_AGENT_AVAILABLE':
    case 'REROUTE':
      return 'ABANDONED';
    case 'RONA':
      return 'RONA';
    case 'RESPONSE_TIMEOUT':
      return 'AGENT_SLA_EXPIRED';
  }
}

function isLater(a: AgentTask, b: AgentTask, now: string): boolean {
  const [endA, endB] = [serviceEnd(a, now), serviceEnd(b, now)];
  if (endA !== endB) return endA > endB;
  return a.answeredAt !== null && b.answeredAt === null;
}

function serviceEnd(task: AgentTask, now: string): string {
  return task.wrapUpStartedAt ?? task.endedAt ?? now;
}
