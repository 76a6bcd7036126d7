import type { ConversationStateName } from '../../domain/conversation/model';
import { groupBy } from '../../domain/group-by';
import { brokenAt } from '../../scripts/demo/chain';
import { type Anomaly, anomaly } from './anomaly';
import { LEGAL_STEPS } from './legal-steps';
import { placeOf } from './messages';
import type { ArchivedConversation, Entry, RunRecord } from './record';

/** I4, I7, I8, I12 as far as conversations tell them. */
export function checkConversations(record: RunRecord): Anomaly[] {
  return [
    ...oneOpen(record),
    ...record.conversations.flatMap((conversation) => [
      ...legalSteps(conversation),
      ...atItsEnd(conversation, record.at),
      ...oneTruth(conversation),
    ]),
    ...record.streams.flatMap((stream) => streamTold(stream, record)),
    ...record.runs.flatMap(workflowIsWell),
  ];
}

/** From the events: each is open until it changes to CLOSING. */
function oneOpen({ conversations }: RunRecord): Anomaly[] {
  const spans = conversations.map(({ id, customerId, entries }) => ({
    id,
    customerId,
    from: entries.find(({ type }) => type === 'CONVERSATION_STARTED')?.at ?? '',
    to: entries.find((entry) => becomes(entry, 'CLOSING'))?.at ?? '9999',
  }));
  return [...groupBy(spans, ({ customerId }) => customerId).values()].flatMap((own) =>
    own
      .sort((a, b) => (a.from < b.from ? -1 : 1))
      .flatMap((span, index) => {
        const before = own[index - 1];
        return before && before.to > span.from
          ? [anomaly('double-open', span.id, before, span)]
          : [];
      }),
  );
}

/** Every change is a row of domain.md 2.3 and begins where the last one ended; nothing follows the end. */
function legalSteps({ entries }: ArchivedConversation): Anomaly[] {
  const found: Anomaly[] = [];
  let state = 'CREATED';
  let changed: Entry | null = null;
  for (const entry of entries) {
    if (state === 'CLOSED') found.push(anomaly('illegal', placeOf(entry), entry, changed));
    if (entry.type !== 'TOPIC_STATE_CHANGED') continue;
    const { from, to } = entry.data as Readonly<Record<'from' | 'to', ConversationStateName>>;
    if (from !== state || !LEGAL_STEPS[from]?.includes(to))
      found.push(anomaly('illegal', placeOf(entry), entry, changed ?? { state }));
    state = to;
    changed = entry;
  }
  return found;
}

/** How long after its time a deadline may still be on its way. */
const LATE_MS = 60_000;

/** Ended, or waiting for a deadline that is to come. The one that ends every conversation after days is nothing to wait for. */
function atItsEnd({ id, state, timers }: ArchivedConversation, now: string): Anomaly[] {
  const soonest = new Date(Date.parse(now) - LATE_MS).toISOString();
  const waits = timers.some(({ name, dueAt }) => name !== 'maxLife' && dueAt > soonest);
  return state === 'CLOSED' || waits ? [] : [anomaly('stuck', id, { state, timers, now })];
}

/** Archive, REST and the workflow say the same, and the chain holds. */
function oneTruth({
  id,
  state,
  lastSeq,
  entries,
  headHash,
  live,
}: ArchivedConversation): Anomaly[] {
  const changes = entries.filter(({ type }) => type === 'TOPIC_STATE_CHANGED');
  const folded = (changes.at(-1)?.data?.['to'] as string | undefined) ?? 'CREATED';
  const found: Anomaly[] = [];
  if (folded !== state) found.push(anomaly('divergent', id, { archive: folded }, { rest: state }));
  if (live && (live.state !== state || live.lastSeq !== lastSeq))
    found.push(anomaly('divergent', id, { workflow: live }, { rest: { state, lastSeq } }));
  if (headHash === null || entries.some(({ erasedAt }) => erasedAt)) return found;
  const broken = brokenAt({
    conversationId: id,
    items: entries as never, // the chain covers members that this record has no use for
    headHash,
  });
  if (broken !== null) found.push(anomaly('divergent', `${id}:${broken}`, 'hash chain', headHash));
  return found;
}

/**
 * In order, without a hole and without a repeat, and in the end nothing else than the archive holds. Another entry under a number that
 * was shown replaces it: a killed worker had left it unconfirmed.
 */
function streamTold(stream: RunRecord['streams'][number], { conversations }: RunRecord): Anomaly[] {
  const { conversationId, reader, seen, complete } = stream;
  const entries = conversations.find(({ id }) => id === conversationId)?.entries ?? [];
  const found: Anomaly[] = [];
  const at = (seq: number) => `${conversationId}:${seq} for ${reader}`;
  const folded = new Map<number, string>();
  for (const [index, { seq, hash }] of seen.entries()) {
    const before = seen[index - 1]?.seq ?? 0;
    if (seq > before + 1) found.push(anomaly('skipped', at(seq), seen[index - 1], seen[index]));
    if (folded.get(seq) === hash) found.push(anomaly('duplicate', at(seq), seen[index]));
    folded.set(seq, hash);
  }
  for (const [seq, hash] of folded)
    if (entries[seq - 1]?.hash !== hash)
      found.push(anomaly('divergent', at(seq), entries[seq - 1] ?? null, { seq, hash }));
  const last = Math.max(0, ...folded.keys());
  if (complete && last < entries.length)
    found.push(anomaly('unseen', at(last + 1), entries[last], { last }));
  return found;
}

/** So often in a row is no accident: a healthy task may fail once or twice while its worker is killed. */
const MOST_FAILED_TASKS = 5;

/** One that cannot be replayed fails as soon as its worker forgets it. */
function workflowIsWell(run: RunRecord['runs'][number]): Anomaly[] {
  const { failedInARow, pendingAttempt, nonDeterministic, unreplayable } = run;
  const few = Math.max(failedInARow, pendingAttempt) <= MOST_FAILED_TASKS;
  if (few && nonDeterministic === 0 && unreplayable === null) return [];
  return [anomaly('spinning', `${run.workflowId} ${run.runId}`, run)];
}

export function becomes(entry: Entry, state: string): boolean {
  return entry.type === 'TOPIC_STATE_CHANGED' && entry.data?.['to'] === state;
}
