import { ApplicationFailure } from '@temporalio/common';
import { Registry } from 'prom-client';
import { ProblemError } from '../../domain/errors';
import { activityFigures } from '../../workers/metrics/activities';
import { createWorkerCounters } from '../../workers/metrics/counters';

type Input = { readonly args: unknown[]; readonly headers: object };

/** One try of an activity under the interceptor. Answers what the figures then show, without the zeros and the histograms' sums. */
async function figuresOf(activityType: string, input: object, outcome: unknown): Promise<string> {
  const registry = new Registry();
  const counters = createWorkerCounters(registry);
  const factory = activityFigures({ counters, providerOf: async () => 'twilio' });
  const { inbound } = factory({ info: { activityType } } as never);
  const next = async () => {
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
  const execute = inbound?.execute as
    | ((input: Input, next: () => Promise<unknown>) => Promise<unknown>)
    | undefined;
  const done = execute ? execute({ args: [input], headers: {} }, next) : next();
  if (outcome instanceof Error) await expect(done).rejects.toBe(outcome);
  else expect(await done).toBe(outcome);
  const text = await registry.metrics();
  return text
    .split('\n')
    .filter((line) => /^parley_\w+(_total|_count)\b/.test(line) && !line.endsWith(' 0'))
    .join('\n');
}

const entry = (type: string) => ({ entry: { type, at: new Date().toISOString() } });
const part = { channelId: 'wa', customerIdentifier: '+15550002222', conversationId: 'cnv_1' };
const sends = (outcome: string) =>
  `parley_sends_total{channel="wa",provider="twilio",outcome="${outcome}"} 1\nparley_send_seconds_count{provider="twilio"} 1`;
const failure = (type: string) =>
  ApplicationFailure.create({ type, message: 'no', nonRetryable: true });

describe('activityFigures', () => {
  it.each([
    ['sendPart', part, { parts: 1, settled: true }, sends('Sent')],
    ['sendPart', part, { parts: 1, settled: true, failed: 'expired' }, sends('Failed')],
    ['sendPart', part, failure('Throttled'), sends('Throttled')],
    ['sendPart', part, new TypeError('a bug'), sends('TypeError')],
    ['sendPart', { ...part, recover: 'settle' }, { parts: 1, settled: false }, ''],
    [
      'callBot',
      { botId: 'rasa' },
      failure('BotTimeout'),
      'parley_bot_calls_total{bot="rasa",outcome="BotTimeout"} 1\nparley_bot_call_seconds_count{bot="rasa"} 1',
    ],
    [
      'appendTimeline',
      { entries: [entry('CUSTOMER_MESSAGE'), entry('BOT_FAILED'), entry('CUSTOMER_MESSAGE')] },
      'hash',
      'parley_timeline_entries_total{type="CUSTOMER_MESSAGE"} 2\nparley_timeline_entries_total{type="BOT_FAILED"} 1\nparley_archive_writes_total{outcome="Stored"} 1\nparley_archive_delay_seconds_count 1',
    ],
    [
      'appendTimeline',
      { entries: [entry('CUSTOMER_MESSAGE')] },
      failure('ArchiveConflict'),
      'parley_archive_writes_total{outcome="ArchiveConflict"} 1',
    ],
    [
      'appendTimeline',
      { entries: [entry('CUSTOMER_MESSAGE')] },
      new ProblemError('UNAVAILABLE', 'later'),
      'parley_archive_writes_total{outcome="UNAVAILABLE"} 1',
    ],
    ['verifyArchive', {}, { ok: false }, 'parley_archive_verdicts_total{outcome="Refused"} 1'],
    [
      'publishRouting',
      {
        news: {
          events: [
            { type: 'OFFER', data: { queueId: 'support' } },
            { type: 'OFFER_REVOKED', data: { reason: 'TIMEOUT' } },
            { type: 'TASK_ASSIGNED', data: {} },
            { type: 'STATE', data: {} },
          ],
        },
      },
      { gone: [], stored: true },
      'parley_offers_total{queue="support"} 1\nparley_offers_revoked_total{reason="TIMEOUT"} 1\nparley_tasks_assigned_total 1',
    ],
    [
      'publishRouting',
      { news: { events: [{ type: 'TASK_ASSIGNED', data: {} }] } },
      { stored: false },
      '',
    ],
    ['fetchMedia', {}, undefined, 'parley_media_fetches_total{outcome="Stored"} 1'],
    ['loadOpening', { customerId: 'cus_1' }, {}, ''],
  ])('counts %s of %j', async (type, input, outcome, shown) => {
    expect(await figuresOf(type, input, outcome)).toBe(shown);
  });
});
