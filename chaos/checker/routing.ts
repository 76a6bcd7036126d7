import { type Anomaly, anomaly } from './anomaly';
import type { RoutingTold, RunRecord } from './record';

/** I5, from what routing told the desks in its own order: nobody has more than they may, an offer rings at one desk and has one winner. */
export function checkRouting({ routing, rules: { capacity } }: RunRecord): Anomaly[] {
  const found: Anomaly[] = [];
  const work = new Map<string, Set<string>>();
  const ringing = new Map<string, RoutingTold>();
  const winners = new Map<string, RoutingTold>();
  for (const told of [...routing].sort((a, b) => a.n - b.n)) {
    const { agentId, taskId, n } = told;
    const own = work.get(agentId) ?? new Set<string>();
    work.set(agentId, own);
    const at = `routing:${n}`;
    if (told.type === 'STATE') {
      if ((told.tasks ?? 0) > (told.maxTasks ?? capacity))
        found.push(anomaly('over-capacity', at, told));
      if (told.state === 'LOGOUT' || told.state === 'UNKNOWN') own.clear();
      continue;
    }
    if (taskId === null) continue;
    switch (told.type) {
      case 'OFFER': {
        const other = ringing.get(taskId);
        if (other && other.agentId !== agentId)
          found.push(anomaly('double-offer', at, other, told));
        ringing.set(taskId, told);
        own.add(taskId);
        break;
      }
      case 'OFFER_REVOKED':
        ringing.delete(taskId);
        own.delete(taskId);
        break;
      case 'TASK_ASSIGNED': {
        const other = winners.get(taskId);
        if (other && other.agentId !== agentId)
          found.push(anomaly('double-offer', at, other, told));
        winners.set(taskId, told);
        ringing.delete(taskId);
        own.add(taskId);
        break;
      }
      case 'TASK_ENDED':
        own.delete(taskId);
    }
    if (own.size > capacity) found.push(anomaly('over-capacity', at, told, [...own]));
  }
  return found;
}
