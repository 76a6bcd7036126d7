import type { Conversation } from '../../domain/conversation/view';
import { TaskView } from '../conversations/schemas';
import { taskView } from '../conversations/views';
import { toProblem } from '../errors';
import { z } from '../openapi';
import type { RoutingDesk } from './desk';

/** A task in a list: while it waits in a queue with what domain.md 6.11 says of the wait. */
export const ListedTask = TaskView.extend({
  position: z
    .int()
    .nullable()
    .meta({ description: 'Rank in its queue, from 1; null when it waits in none.' }),
  ewtSeconds: z
    .number()
    .nullable()
    .meta({ description: 'Estimated wait. Null when it waits in no queue or routing is silent.' }),
}).meta({ id: 'AgentTask' });
type Task = Conversation['tasks'][number];
export type ListedTask = z.infer<typeof ListedTask>;

/** Shows tasks in a list. Routing is asked once, where one of them waits; a list never fails for it. */
export function createTaskLister(desk: Pick<RoutingDesk, 'waits'>) {
  return async function listed(tasks: readonly Task[]): Promise<ListedTask[]> {
    const waiting = tasks.filter(waitsInQueue).map(({ id }) => id);
    const waits = waiting.length === 0 ? {} : await desk.waits(waiting).catch(noneIfSilent);
    return tasks.map((task) => {
      const { position = null, ewtSeconds = null } = waits[task.id] ?? {};
      return { ...taskView(task), position, ewtSeconds };
    });
  };
}

function waitsInQueue({ state, mediaState, queueId }: Task): boolean {
  return (
    state === 'ACTIVE' && queueId !== null && (mediaState === 'QUEUED' || mediaState === 'RESERVED')
  );
}

function noneIfSilent(error: unknown): Awaited<ReturnType<RoutingDesk['waits']>> {
  if (toProblem(error).code === 'UNAVAILABLE') return {};
  throw error;
}
