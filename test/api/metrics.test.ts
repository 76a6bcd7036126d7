import { Registry } from 'prom-client';
import { createMetricsApp } from '../../api/metrics/app';
import { countedIngress, countedReceipts } from '../../api/metrics/inbound';
import { registerLiveFigures } from '../../api/metrics/live-figures';
import { watchStreams } from '../../api/metrics/streams';
import { createStreamSlots } from '../../api/streams/sse';
import { ProblemError } from '../../domain/errors';

const NOW = new Date('2026-11-28T10:00:00.000Z');

/** Lines of our own metrics. */
async function shown(registry: Registry): Promise<string[]> {
  const answer = await createMetricsApp(registry).request('/metrics');
  return (await answer.text()).split('\n').filter((line) => line.startsWith('parley_'));
}

describe('countedIngress', () => {
  it.each([
    ['accepted', { messageId: 'msg_1', customerId: 'cus_1', duplicate: false }],
    ['duplicate', { messageId: 'msg_1', customerId: 'cus_1', duplicate: true }],
    ['refused', new ProblemError('CONFLICT', 'no')],
    ['unavailable', new ProblemError('UNAVAILABLE', 'later')],
    ['unavailable', new TypeError('a bug: the provider is asked to repeat')],
  ])('counts %s', async (outcome, what) => {
    const registry = new Registry();
    const message = async () => {
      if (what instanceof Error) throw what;
      return what;
    };
    const ingress = countedIngress({ message } as never, registry);
    const done = ingress.message({ id: 'wa' } as never, {} as never, {} as never);
    if (what instanceof Error) await expect(done).rejects.toBe(what);
    else expect(await done).toBe(what);
    expect(await shown(registry)).toEqual([
      `parley_inbound_messages_total{channel="wa",outcome="${outcome}"} 1`,
    ]);
  });
});

describe('countedReceipts', () => {
  it('counts what was taken, and nothing else', async () => {
    const registry = new Registry();
    let down = false;
    const take = countedReceipts(async () => {
      if (down) throw new ProblemError('UNAVAILABLE', 'later');
      return true;
    }, registry);
    await take({ channelId: 'wa', state: 'READ' } as never);
    down = true;
    await expect(take({ channelId: 'wa', state: 'READ' } as never)).rejects.toThrow('later');
    expect(await shown(registry)).toEqual([
      'parley_delivery_reports_total{channel="wa",state="READ"} 1',
    ]);
  });
});

describe('watchStreams', () => {
  it('knows who reads and who was dropped; a place that is given back twice counts once', async () => {
    const registry = new Registry();
    const slots = createStreamSlots(5, watchStreams(registry));
    const [first, second] = [slots.take('a'), slots.take('a')];
    slots.take('b');
    first('drop');
    first('drop');
    second('gone');
    expect(await shown(registry)).toEqual([
      'parley_stream_readers 1',
      'parley_streams_dropped_total 1',
    ]);
  });
});

describe('registerLiveFigures', () => {
  const queue = {
    queueId: 'support',
    waiting: 3,
    ringing: 1,
    oldestWaitingSince: '2026-11-28T09:59:30.000Z',
    agentsReady: 2,
  };
  function figures(now: () => Date) {
    const registry = new Registry();
    const asked = { times: 0, down: false };
    const answer = async <T>(value: T): Promise<T> => {
      if (asked.down) throw new ProblemError('UNAVAILABLE', 'later');
      return value;
    };
    registerLiveFigures(registry, {
      stores: {
        ping: () => answer(undefined),
        conversations: { openCounts: () => answer({ byState: { ACTIVE: 7 }, withBot: 0 }) },
        routing: {
          agents: () =>
            answer([
              { state: 'READY', loginAt: NOW.toISOString() },
              { state: 'READY', loginAt: NOW.toISOString() },
              { state: 'LOGOUT', loginAt: null },
            ]),
        },
      } as never,
      temporal: {} as never, // does not answer
      desk: {
        queues: () => {
          asked.times += 1;
          return answer([queue]);
        },
      } as never,
      now,
    });
    return { registry, asked };
  }

  it('shows what there is, once in ten seconds, and never what was there before an outage', async () => {
    let now = NOW;
    const { registry, asked } = figures(() => now);
    expect((await shown(registry)).sort()).toEqual([
      'parley_agents{state="READY"} 2',
      'parley_conversations_open{state="ACTIVE"} 7',
      'parley_part_up{part="mongodb"} 1',
      'parley_part_up{part="temporal"} 0',
      'parley_part_up{part="worker"} 0',
      'parley_queue_agents_ready{queue="support"} 2',
      'parley_queue_longest_wait_seconds{queue="support"} 30',
      'parley_queue_ringing{queue="support"} 1',
      'parley_queue_waiting{queue="support"} 3',
    ]);
    await shown(registry);
    expect(asked.times).toBe(1);
    asked.down = true;
    now = new Date(NOW.getTime() + 10_001);
    expect((await shown(registry)).sort()).toEqual([
      'parley_part_up{part="mongodb"} 0',
      'parley_part_up{part="temporal"} 0',
      'parley_part_up{part="worker"} 0',
    ]);
  });
});
