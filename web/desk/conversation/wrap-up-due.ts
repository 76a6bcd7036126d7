import type { Conversation } from '../../shared/model';

/** When an agent's own wrap-up ends by itself, ISO UTC; null while it does not run. Others may be wrapping up beside. */
export function wrapUpDueAt(
  { tasks, timers }: Pick<Conversation, 'tasks' | 'timers'>,
  agentId: string,
): string | null {
  const own = tasks.find((task) => task.agentId === agentId && task.state === 'WRAP_UP');
  return timers.find(({ name }) => own && name === `wrapUp:${own.id}`)?.dueAt ?? null;
}
