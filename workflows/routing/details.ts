import type { RoutingState } from '../../domain/routing/state';
import { queueStatuses, statusOf } from '../../domain/routing/status';

/** Rows of a table: the Web UI shows current details whole. */
const ROWS_MAX = 50;

/** Queues and agents as tables for operators, in Markdown. No customer is named. */
export function routingDetails(state: RoutingState, now: number): string {
  return [queueTable(state, now), agentTable(state)].join('\n\n');
}

function queueTable(state: RoutingState, now: number): string {
  const queues = queueStatuses(state, now);
  if (queues.length === 0) return 'No queue is configured.';
  const rows = queues
    .slice(0, ROWS_MAX)
    .map(
      ({ queueId, mrdId, waiting, ringing, oldestWaitingSince, ewtSeconds, agentsReady, paused }) =>
        [
          queueId,
          mrdId,
          waiting,
          ringing,
          oldestWaitingSince ?? '-',
          `${ewtSeconds} s`,
          agentsReady,
          paused ? 'paused' : '',
        ].join(' | '),
    );
  return table(
    'Queue | MRD | Waiting | Ringing | Oldest since | Estimated wait | Agents free |  ',
    rows,
    queues.length,
  );
}

function agentTable(state: RoutingState): string {
  if (state.agents.size === 0) return 'Nobody is logged in.';
  const rows = [...state.agents.keys()].slice(0, ROWS_MAX).map((agentId) => {
    const { state: name, reason, since, mrds } = statusOf(state, agentId);
    const work = mrds
      .map(({ mrdId, state: mrd, tasks, maxTasks }) => `${mrdId} ${mrd} ${tasks}/${maxTasks}`)
      .join(', ');
    return [agentId, reason ? `${name} (${reason})` : name, since ?? '-', work].join(' | ');
  });
  return table('Agent | State | Since | MRDs', rows, state.agents.size);
}

function table(head: string, rows: readonly string[], total: number): string {
  const line = head.replace(/[^|]+/g, '---');
  const more = total > rows.length ? [`\n… and ${total - rows.length} more`] : [];
  return [`| ${head} |`, `|${line}|`, ...rows.map((row) => `| ${row} |`), ...more].join('\n');
}
