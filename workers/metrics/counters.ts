import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What a worker counts. Labels are ids of configured objects, types and codes: nothing of a customer, a message or a conversation. */
export type WorkerCounters = ReturnType<typeof createWorkerCounters>;

/** Seconds; sends and calls end within half a minute. */
const CALL_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30];
/** Seconds; an outage of the archive shows as long delays once it is over. */
const DELAY_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 1800];

/** Makes them in a registry. */
export function createWorkerCounters(registry: Registry) {
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
    new Counter({ name, help, labelNames, registers });
  const seconds = <Label extends string>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: Label[] = [],
  ) => new Histogram({ name, help, buckets, labelNames, registers });
  return {
    sends: counter('parley_sends_total', 'Parts handed to providers, by what came of each try.', [
      'channel',
      'provider',
      'outcome',
    ]),
    sendSeconds: seconds('parley_send_seconds', 'Duration of one try.', CALL_BUCKETS, ['provider']),
    channelResting: new Gauge({
      name: 'parley_channel_resting',
      help: '1 while a channel rests because its provider does not answer.',
      labelNames: ['channel'],
      registers,
    }),
    operatorAlerts: counter('parley_operator_alerts_total', 'Sends that need an operator.', [
      'channel',
      'kind',
    ]),
    botCalls: counter('parley_bot_calls_total', 'Calls of external bots, by what came of each.', [
      'bot',
      'outcome',
    ]),
    botCallSeconds: seconds('parley_bot_call_seconds', 'Duration of one call.', CALL_BUCKETS, [
      'bot',
    ]),
    timelineEntries: counter('parley_timeline_entries_total', 'Archived entries by type.', [
      'type',
    ]),
    archiveWrites: counter('parley_archive_writes_total', 'Batches of entries.', ['outcome']),
    archiveDelay: seconds(
      'parley_archive_delay_seconds',
      'From the oldest entry of a batch to its archive.',
      DELAY_BUCKETS,
    ),
    archiveVerdicts: counter(
      'parley_archive_verdicts_total',
      'Archives that were verified at the end of a conversation.',
      ['outcome'],
    ),
    offers: counter('parley_offers_total', 'Offers made to agents.', ['queue']),
    offersRevoked: counter('parley_offers_revoked_total', 'Offers that ended unanswered.', [
      'reason',
    ]),
    tasksAssigned: counter('parley_tasks_assigned_total', 'Tasks that an agent took.'),
    mediaFetches: counter('parley_media_fetches_total', 'Media fetched from providers.', [
      'outcome',
    ]),
  };
}
