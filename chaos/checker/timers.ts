import { type Anomaly, anomaly } from './anomaly';
import { placeOf } from './messages';
import type { Entry, Rules } from './record';

interface Timeline {
  readonly entries: readonly Entry[];
}

/** I9: no deadline fires before its time, none twice. By workflow time, as the archive has it. */
export function checkTimers({
  conversations,
  rules,
}: {
  readonly conversations: readonly Timeline[];
  readonly rules: Pick<Rules, 'inactivitySeconds'>;
}): Anomaly[] {
  return conversations.flatMap((conversation) => [
    ...inactivity(conversation, rules),
    ...tasks(conversation),
    ...holds(conversation),
  ]);
}

/**
 * Customer inactivity: what the customer writes stops it and what an agent writes begins it anew (domain.md 5.2), so it is at least
 * its time after both; and it fires once between two of them.
 */
function inactivity(
  { entries }: Timeline,
  { inactivitySeconds }: Pick<Rules, 'inactivitySeconds'>,
): Anomaly[] {
  const found: Anomaly[] = [];
  const channels = new Map<string, string>();
  const began = new Map<string, Entry>();
  const expired = new Map<string, Entry>();
  for (const entry of entries) {
    const { type, channelSessionId: session } = entry;
    if (type === 'AGENT_MESSAGE') for (const id of channels.keys()) restart(id, entry);
    if (session === null) continue;
    if (type === 'CHANNEL_SESSION_STARTED')
      channels.set(session, String(entry.data?.['channelId']));
    if (type === 'CHANNEL_SESSION_STARTED' || type === 'CUSTOMER_MESSAGE') restart(session, entry);
    if (type !== 'CHANNEL_SESSION_EXPIRED') continue;
    const seconds = inactivitySeconds[channels.get(session) ?? ''] ?? 0;
    const since = began.get(session);
    if (since && secondsBetween(since, entry) < seconds)
      found.push(anomaly('early', placeOf(entry), since, entry));
    const other = expired.get(session);
    if (other) found.push(anomaly('twice-fired', placeOf(entry), other, entry));
    expired.set(session, entry);
  }
  return found;

  function restart(session: string, entry: Entry): void {
    began.set(session, entry);
    expired.delete(session);
  }
}

/** Offers, requests and wrap-ups that ran out of time. */
function tasks({ entries }: Timeline): Anomaly[] {
  const found: Anomaly[] = [];
  const since = new Map<string, Entry>();
  const ends = new Map<string, Entry>();
  for (const entry of entries) {
    const taskId = String(entry.data?.['taskId'] ?? '');
    if (entry.type === 'TASK_ENQUEUED') since.set(`request ${taskId}`, entry);
    if (entry.type === 'AGENT_RESERVED') since.set(`offer ${taskId}`, entry);
    if (entry.type === 'NO_AGENT_AVAILABLE') {
      const other = ends.get(`none ${taskId}`);
      if (other) found.push(anomaly('twice-fired', placeOf(entry), other, entry));
      ends.set(`none ${taskId}`, entry);
    }
    if (entry.type !== 'TASK_STATE_CHANGED') continue;
    const { state, closeReason, closeDetail } = entry.data as Readonly<Record<string, unknown>>;
    if (state !== 'CLOSED') continue;
    const other = ends.get(`closed ${taskId}`);
    if (other) found.push(anomaly('twice-fired', placeOf(entry), other, entry));
    ends.set(`closed ${taskId}`, entry);
    if (closeReason === 'RONA' && closeDetail === 'TIMEOUT')
      found.push(...notBefore(since.get(`offer ${taskId}`), entry, 'offerExpiresAt'));
    // With a detail it was no deadline: the agent who was asked for is not there any more.
    if (closeReason === 'NO_AGENT_AVAILABLE' && (closeDetail ?? null) === null)
      found.push(...notBefore(since.get(`request ${taskId}`), entry, 'dueAt'));
  }
  return found;
}

function holds({ entries }: Timeline): Anomaly[] {
  const found: Anomaly[] = [];
  let paused: Entry | null = null;
  for (const entry of entries) {
    if (entry.type === 'CONVERSATION_PAUSED') paused = entry;
    if (entry.type !== 'CONVERSATION_RESUMED') continue;
    if (paused === null) found.push(anomaly('twice-fired', placeOf(entry), entry));
    else if (entry.data?.['cause'] === 'EXPIRED') found.push(...notBefore(paused, entry, 'dueAt'));
    paused = null;
  }
  return found;
}

/** `due`: where the entry that began it says when it is over. */
function notBefore(
  since: Entry | undefined,
  entry: Entry,
  due: 'offerExpiresAt' | 'dueAt',
): Anomaly[] {
  const dueAt = String(since?.data?.[due] ?? '');
  return since && entry.at < dueAt ? [anomaly('early', placeOf(entry), since, entry)] : [];
}

/** A timer may be a clock tick ahead of the time that it is told by. */
const TICK_SECONDS = 0.05;

function secondsBetween(a: Entry, b: Entry): number {
  return (Date.parse(b.at) - Date.parse(a.at)) / 1000 + TICK_SECONDS;
}
