import { randomBytes } from 'node:crypto';
import { type Api, type Caller, until } from './support/api';
import type { Measured } from './support/measured';
import type { Benchmark } from './support/stage';
import { median, quantile } from './support/statistics';

const SAMPLES = { quick: 2, full: 8 };
const SECOND = 1000;
/** Longer than an offer of its queue rings. */
const TTL_SECONDS = 2;
const QUEUE = 'bench-late';
const TTL_QUEUE = 'bench-late-ttl';
const CHANNEL = 'bench-late';
const AGENT = 'bench-late-agent';

interface Entry {
  readonly type: string;
  readonly at: string;
  readonly data: Readonly<Record<string, unknown>> | null;
}
type Named = (entry: Entry) => boolean;

/** How late deadlines of conversations come, on workflow time: each is asked for as short as it may be, by the API. */
export const lateness: Benchmark = async ({ api, connector }, { quick }) => {
  const { admin } = api;
  await api.call('POST', '/v1/queues', admin, { id: TTL_QUEUE, reservationSeconds: 1 });
  await api.call('POST', '/v1/queues', admin, { id: QUEUE, agentSlaSeconds: 1 });
  await api.call('POST', '/v1/agents', admin, { id: AGENT, mrds: [{ mrdId: 'chat' }] });
  await api.call('POST', '/v1/channels', admin, {
    ...{ id: CHANNEL, channelType: 'GENERIC', serviceIdentifier: CHANNEL, connectorId: 'bench' },
    wrapUp: { seconds: 1 },
  });
  const agent = await api.tokenFor('agent', AGENT);
  const conversation = async () => {
    const { customerId } = await api.writes(
      CHANNEL,
      connector,
      randomBytes(12).toString('hex'),
      'hello',
    );
    return `/v1/conversations/${await api.conversationOf(customerId)}`;
  };
  const state = (wanted: 'READY' | 'LOGOUT') =>
    api.call('PUT', `/v1/agents/${AGENT}/state`, agent, { state: wanted });

  const late = { TTL: [], SLA: [], hold: [], wrapUp: [] } as Record<string, number[]>;
  for (let n = 0; n < (quick ? SAMPLES.quick : SAMPLES.full); n += 1) {
    await state('LOGOUT');
    const nobody = await conversation();
    const request = { queueId: TTL_QUEUE, ttlSeconds: TTL_SECONDS };
    await api.call('POST', `${nobody}/agent-requests`, admin, request);
    late['TTL']?.push(
      await latenessOf(api, nobody, TTL_SECONDS, is('AGENT_REQUESTED'), is('NO_AGENT_AVAILABLE')),
    );

    await state('READY');
    const held = await conversation();
    await api.call('POST', `${held}/participants`, agent, { agentId: AGENT, role: 'PRIMARY' });
    await api.call('POST', `${held}/hold`, agent, { seconds: 1 });
    late['hold']?.push(
      await latenessOf(api, held, 1, is('CONVERSATION_PAUSED'), is('CONVERSATION_RESUMED')),
    );
    const { channelSessions } = (await api.call('GET', held, admin)) as {
      channelSessions: { id: string }[];
    };
    await api.call('DELETE', `${held}/sessions/${channelSessions[0]?.id}`, agent);
    const turned = (wanted: string) => (entry: Entry) =>
      entry.type === 'TASK_STATE_CHANGED' && entry.data?.['state'] === wanted;
    late['wrapUp']?.push(await latenessOf(api, held, 1, turned('WRAP_UP'), turned('CLOSED')));

    const silent = await conversation();
    await api.call('POST', `${silent}/agent-requests`, admin, { queueId: QUEUE });
    await api.call('POST', `/v1/tasks/${await offerTo(api, agent)}/accept`, agent);
    late['SLA']?.push(
      await latenessOf(api, silent, 1, is('AGENT_SUBSCRIBED'), is('AGENT_SLA_EXPIRED')),
    );
    await state('LOGOUT');
    await api.call('DELETE', silent, admin, { reason: 'measured' });
  }
  return Object.entries(late).map(([id, values]) => line(id, values));
};

function is(type: string): Named {
  return (entry) => entry.type === type;
}

function line(id: string, values: readonly number[]): Measured {
  const early = values.filter((value) => value < 0).length;
  return {
    id,
    what: 'ms between the moment it is due and its entry',
    ours: `p50 ${median(values).toFixed(0)}, worst ${quantile(values, 1).toFixed(0)}, early ${early} of ${values.length}`,
    floor: '-',
    value: early,
    interval: null,
    gate: { at: 0, better: 'less' },
  };
}

function offerTo(api: Api, agent: Caller): Promise<string> {
  return until(async () => {
    const { items } = (await api.call('GET', `/v1/tasks?agentId=${AGENT}`, agent)) as {
      items: { id: string; mediaState: string }[];
    };
    return items.find(({ mediaState }) => mediaState === 'RESERVED')?.id;
  });
}

/** ms from the moment when what `from` began was due, to `to`. */
function latenessOf(
  api: Api,
  conversation: string,
  seconds: number,
  from: Named,
  to: Named,
): Promise<number> {
  return until(async () => {
    const { items } = (await api.call('GET', `${conversation}/timeline?limit=200`, api.admin)) as {
      items: Entry[];
    };
    const begun = items.find(from);
    const ended = begun && items.slice(items.indexOf(begun) + 1).find(to);
    if (!begun || !ended) return undefined;
    return Date.parse(ended.at) - Date.parse(begun.at) - seconds * SECOND;
  });
}
