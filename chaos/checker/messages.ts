import { groupBy } from '../../domain/group-by';
import { type Anomaly, anomaly } from './anomaly';
import type { Attempt, Entry, RunRecord } from './record';

/** I1, I2, I3: every acknowledged message is archived once, none that nobody sent, in the order of each session. */
export function checkMessages(record: RunRecord): Anomaly[] {
  return [
    ...archivedOnce(record, 'message', 'CUSTOMER_MESSAGE'),
    ...archivedOnce(record, 'reply', 'AGENT_MESSAGE'),
    ...inOrder(record),
    ...gapless(record),
    ...record.rows.repeatedKeys.map((key) => anomaly('duplicate', key, 'rows of the timeline')),
    ...oneTurnEach(record),
  ];
}

function archivedOnce(
  { attempts, conversations }: RunRecord,
  kind: Attempt['kind'],
  type: string,
): Anomaly[] {
  const entries = groupBy(
    conversations.flatMap((conversation) => conversation.entries).filter((e) => e.type === type),
    textOf,
  );
  const asked = groupBy(
    attempts.filter((attempt) => attempt.kind === kind),
    ({ text }) => text,
  );
  const found: Anomaly[] = [];
  for (const tries of asked.values()) {
    const [first] = tries;
    const acked = tries.find(isTaken);
    const archived = entries.get(first?.text ?? '') ?? [];
    if (acked && archived.length === 0) found.push(anomaly('lost', acked.key, acked));
    if (archived.length > 1)
      found.push(anomaly('duplicate', first?.key ?? '', archived[0], archived[1]));
    found.push(...sameAnswers(tries));
  }
  for (const [text, archived] of entries)
    if (!asked.has(text) && archived[0] && !archived[0].erasedAt)
      found.push(anomaly('phantom', placeOf(archived[0]), archived[0]));
  return found;
}

/** I13: a repeat gets the first answer. What a provider is told in its own words differs: those name no message. */
function sameAnswers(tries: readonly Attempt[]): Anomaly[] {
  const ids = tries.flatMap((attempt) => {
    const messageId = isTaken(attempt) ? messageIdIn(attempt.answer) : null;
    return messageId === null ? [] : [{ attempt, messageId }];
  });
  const [first, ...others] = ids;
  const other = others.find(({ messageId }) => messageId !== first?.messageId);
  return first && other
    ? [anomaly('divergent', first.attempt.key, first.attempt, other.attempt)]
    : [];
}

/** Acknowledged before the other was sent: then it stands before it, wherever the two came to be. */
function inOrder({ attempts, conversations }: RunRecord): Anomaly[] {
  const places = new Map<string, { entry: Entry; rank: number }>();
  const ordered = [...conversations].sort((a, b) => (openedAt(a) < openedAt(b) ? -1 : 1));
  let rank = 0;
  for (const { entries } of ordered)
    for (const entry of entries) {
      rank += 1;
      if (entry.type === 'CUSTOMER_MESSAGE' && !places.has(textOf(entry)))
        places.set(textOf(entry), { entry, rank });
    }
  const sessions = groupBy(
    attempts.filter((attempt) => attempt.kind === 'message'),
    ({ customer, channelId }) => `${customer} ${channelId}`,
  );
  const found: Anomaly[] = [];
  for (const tries of sessions.values()) {
    const keys = [...groupBy(tries, ({ key }) => key).values()].map((same) => ({
      attempt: same[0] as Attempt,
      begun: Math.min(...same.map(({ begun }) => begun)),
      acked: Math.min(...same.filter(isTaken).map(({ answered }) => answered), Infinity),
    }));
    const placed = keys.flatMap(({ attempt, begun, acked }) => {
      const place = places.get(attempt.text);
      return place && acked < Infinity ? [{ ...place, begun, acked }] : [];
    });
    const byAnswer = [...placed].sort((a, b) => a.acked - b.acked);
    let answered = 0;
    let furthest: (typeof placed)[number] | null = null;
    for (const later of placed.sort((a, b) => a.begun - b.begun)) {
      for (
        let next = byAnswer[answered];
        next && next.acked < later.begun;
        next = byAnswer[answered]
      ) {
        if (!furthest || next.rank > furthest.rank) furthest = next;
        answered += 1;
      }
      if (furthest && furthest.rank > later.rank)
        found.push(anomaly('reordered', placeOf(later.entry), furthest.entry, later.entry));
    }
  }
  return found;
}

function gapless({ conversations }: RunRecord): Anomaly[] {
  return conversations.flatMap(({ id, entries, lastSeq }) => {
    const hole = entries.findIndex(({ seq }, index) => seq !== index + 1);
    if (hole >= 0) return [anomaly('skipped', `${id}:${hole + 1}`, entries[hole])];
    if (entries.length < lastSeq)
      return [anomaly('skipped', `${id}:${entries.length + 1}`, { lastSeq })];
    return [];
  });
}

/** A repeat of a call has the key of the first; another key is a second turn about one message. */
function oneTurnEach({ botCalls }: RunRecord): Anomaly[] {
  return [...groupBy(botCalls, ({ messageId }) => messageId).values()].flatMap((calls) => {
    const other = calls.find(({ key }) => key !== calls[0]?.key);
    return other ? [anomaly('duplicate', other.messageId, calls[0], other)] : [];
  });
}

export function isTaken({ status }: Attempt): boolean {
  return status !== null && status >= 200 && status < 300;
}

export function textOf(entry: Entry): string {
  return entry.body?.text ?? '';
}

export function placeOf({ conversationId, seq }: Entry): string {
  return `${conversationId}:${seq}`;
}

function openedAt({ entries }: { readonly entries: readonly Entry[] }): string {
  return entries[0]?.at ?? '';
}

function messageIdIn(answer: string | undefined): string | null {
  try {
    const { messageId } = JSON.parse(answer ?? '') as { messageId?: unknown };
    return typeof messageId === 'string' ? messageId : null;
  } catch {
    return null;
  }
}
