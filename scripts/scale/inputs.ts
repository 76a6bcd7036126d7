import type { Inputs } from './model';

/** A file of bench/results/, as far as the model reads it. */
export interface BenchResults {
  readonly date: string;
  /** ISO UTC: when it was written last. */
  readonly at?: string;
  /** `value` is null where there is no figure. */
  readonly results: readonly { readonly id: string; readonly value: number | null }[];
}

/** One input, and what it rests on. */
export interface Input {
  readonly key: keyof Inputs;
  readonly what: string;
  readonly value: number;
  readonly source: string;
}

const ASSUMED = 'assumed, never measured';

/**
 * What the model starts from where nothing was measured. `id`: the line of `npm run bench --write` whose `value` takes its place; a line
 * that a results file lacks leaves the starting value, and the page says so.
 */
const STARTING: readonly (Input & {
  readonly id?: string;
  /** What the measured value is, where that is not the same. */
  readonly measures?: string;
})[] = [
  { key: 'peak', what: 'peak / average', value: 4, source: ASSUMED },
  {
    ...{
      key: 'eventsPerMessage',
      what: 'history events per message',
      value: 8.75,
      id: 'events/message',
    },
    source: 'asserted: at most 175 events for 20 messages (test/workflows/event-counts.test.ts)',
  },
  {
    ...{ key: 'transitionsPerMessage', what: 'state transitions per message', value: 7 },
    ...{ id: 'transitions/message', source: ASSUMED },
  },
  {
    ...{ key: 'actionsPerMessage', what: 'billable actions per message', value: 2.5 },
    ...{ id: 'actions/message', source: ASSUMED },
  },
  {
    ...{ key: 'historyBytesPerMessage', what: 'bytes of history per message', value: 3300 },
    ...{ id: 'history bytes/message', source: ASSUMED },
  },
  {
    ...{
      key: 'archiveBytesPerMessage',
      what: 'bytes archived per message, with indexes',
      value: 1800,
    },
    ...{ id: 'archive bytes/message', source: ASSUMED },
    measures: 'bytes archived per message, before compression and without indexes',
  },
  { key: 'messagesPerConversation', what: 'messages per conversation', value: 20, source: ASSUMED },
  { key: 'minutesPerConversation', what: 'minutes per conversation', value: 30, source: ASSUMED },
  { key: 'historyDays', what: 'days that histories are kept', value: 3, source: 'a setting' },
  { key: 'copies', what: 'copies of both stores', value: 3, source: 'a setting' },
  {
    ...{ key: 'transitionsPerShard', what: 'transitions a second per history shard', value: 30 },
    source: ASSUMED,
  },
];

/** All inputs, measured where the results have them. */
export function inputsFrom(results: BenchResults | null): Input[] {
  return STARTING.map(({ id, measures, ...input }) => {
    const value = results?.results.find((line) => line.id === id)?.value;
    if (typeof value !== 'number' || !results) return input;
    const what = measures ?? input.what;
    return { ...input, what, value, source: `measured ${results.date}, ${id}` };
  });
}
