import { groupBy } from '../../domain/group-by';
import { type Anomaly, anomaly } from './anomaly';
import { placeOf, textOf } from './messages';
import type { Delivered, Entry, RunRecord } from './record';

/** I6: what reached customers fits what the channel declares about sends of unknown outcome, and every message has its end. */
export function checkOutbound({
  conversations,
  deliveries,
  rows,
  rules: { policies },
}: RunRecord): Anomaly[] {
  const found: Anomaly[] = [];
  const delivered = groupBy(deliveries, ({ text }) => text);
  const known = new Set<string>();
  for (const { entries } of conversations) {
    const channels = channelsOf(entries);
    for (const entry of entries) {
      if (!OUTBOUND.includes(entry.type) || entry.channelSessionId === null) continue;
      const channelId = channels.get(entry.channelSessionId) ?? '';
      known.add(textOf(entry));
      // The chat's stream is the delivery.
      if (channelId === 'web') continue;
      found.push(...fits(entry, delivered.get(textOf(entry)) ?? [], policies[channelId] ?? ''));
    }
  }
  for (const [text, copies] of delivered)
    if (!known.has(text)) found.push(anomaly('phantom', text, copies[0]));
  for (const part of rows.parts)
    if (part.status === 'calling' || part.status === 'intended')
      found.push(anomaly('limbo', part.partId, part));
  return found;
}

const OUTBOUND: readonly string[] = ['AGENT_MESSAGE', 'BOT_MESSAGE', 'SYSTEM_MESSAGE'];
const OPEN: readonly string[] = ['PENDING', 'UNKNOWN'];

/** By session: the channel that it is on. */
function channelsOf(entries: readonly Entry[]): ReadonlyMap<string, string> {
  return new Map(
    entries
      .filter(({ type }) => type === 'CHANNEL_SESSION_STARTED')
      .map(({ channelSessionId, data }) => [channelSessionId ?? '', String(data?.['channelId'])]),
  );
}

function fits(entry: Entry, copies: readonly Delivered[], policy: string): Anomaly[] {
  const times = copies.reduce((sum, copy) => sum + copy.times, 0);
  const state = entry.delivery?.state ?? 'PENDING';
  const report = { state, reasonCode: entry.delivery?.reasonCode ?? null, times, policy };
  if (OPEN.includes(state)) return [anomaly('limbo', placeOf(entry), entry, report)];
  const failed = state === 'FAILED';
  // A failure whose outcome is not known may have been delivered all the same: that is what the word says.
  const least = failed || policy === 'at-most-once' ? 0 : 1;
  const most = policy === 'at-least-once' ? Number.POSITIVE_INFINITY : 1;
  if (times > most) return [anomaly('duplicate', placeOf(entry), entry, report)];
  if (times < least || (!failed && times === 0))
    return [anomaly('undeclared', placeOf(entry), entry, report)];
  return [];
}
