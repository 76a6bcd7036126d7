import { randomBytes } from 'node:crypto';
import type { Instance } from './support/instance';
import type { Measured } from './support/measured';
import { median, quantile } from './support/statistics';

const SAMPLES = { quick: 2, full: 8 };
const PATIENCE_MS = 60_000;
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
export async function lateness(
  { url, adminToken }: Instance,
  _token: string,
  { quick }: { readonly quick: boolean },
): Promise<Measured[]> {
  const api = new Api(url, adminToken);
  const admin = { token: adminToken };
  await api.call('POST', '/v1/queues', admin, { id: TTL_QUEUE, reservationSeconds: 1 });
  await api.call('POST', '/v1/queues', admin, { id: QUEUE, agentSlaSeconds: 1 });
  await api.call('POST', '/v1/agents', admin, { id: AGENT, mrds: [{ mrdId: 'chat' }] });
  await api.call('POST', '/v1/channels', admin, {
    ...{ id: CHANNEL, channelType: 'GENERIC', serviceIdentifier: CHANNEL, connectorId: 'bench' },
    wrapUp: { seconds: 1 },
  });
  const agent = { token: await api.tokenFor('agent', AGENT) };
  const connector = { token: await api.tokenFor('connector', 'bench') };
  const state = (wanted: 'READY' | 'LOGOUT') =>
    api.call('PUT', `/v1/agents/${AGENT}/state`, agent, { state: wanted });

  const late = { TTL: [], SLA: [], hold: [], wrapUp: [] } as Record<string, number[]>;
  for (let n = 0; n < (quick ? SAMPLES.quick : SAMPLES.full); n += 1) {
    await state('LOGOUT');
    const nobody = await api.conversation(connector);
    const request = { queueId: TTL_QUEUE, ttlSeconds: TTL_SECONDS };
    await api.call('POST', `${nobody}/agent-requests`, admin, request);
    late['TTL']?.push(
      await api.lateness(nobody, TTL_SECONDS, is('AGENT_REQUESTED'), is('NO_AGENT_AVAILABLE')),
    );

    await state('READY');
    const held = await api.conversation(connector);
    await api.call('POST', `${held}/participants`, agent, { agentId: AGENT, role: 'PRIMARY' });
    await api.call('POST', `${held}/hold`, agent, { seconds: 1 });
    late['hold']?.push(
      await api.lateness(held, 1, is('CONVERSATION_PAUSED'), is('CONVERSATION_RESUMED')),
    );
    const { channelSessions } = (await api.call('GET', held, admin)) as {
      channelSessions: { id: string }[];
    };
    await api.call('DELETE', `${held}/sessions/${channelSessions[0]?.id}`, agent);
    const turned = (wanted: string) => (entry: Entry) =>
      entry.type === 'TASK_STATE_CHANGED' && entry.data?.['state'] === wanted;
    late['wrapUp']?.push(await api.lateness(held, 1, turned('WRAP_UP'), turned('CLOSED')));

    const silent = await api.conversation(connector);
    await api.call('POST', `${silent}/agent-requests`, admin, { queueId: QUEUE });
    await api.call('POST', `/v1/tasks/${await api.offerTo(agent)}/accept`, agent);
    late['SLA']?.push(
      await api.lateness(silent, 1, is('AGENT_SUBSCRIBED'), is('AGENT_SLA_EXPIRED')),
    );
    await state('LOGOUT');
    await api.call('DELETE', silent, admin, { reason: 'measured' });
  }
  return Object.entries(late).map(([id, values]) => told(id, values));
}

function is(type: string): Named {
  return (entry) => entry.type === type;
}

function told(id: string, values: readonly number[]): Measured {
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

/** The product as its callers see it. */
class Api {
  constructor(
    private readonly url: string,
    private readonly adminToken: string,
  ) {}

  async call(
    method: string,
    path: string,
    { token }: { readonly token: string },
    body?: object,
  ): Promise<unknown> {
    const answer = await fetch(`${this.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : {};
  }

  async tokenFor(role: string, subject: string): Promise<string> {
    const admin = { token: this.adminToken };
    const minted = await this.call('POST', '/v1/tokens', admin, { role, subject });
    return (minted as { token: string }).token;
  }

  /** A customer has written: the path of their conversation. */
  async conversation(connector: { readonly token: string }): Promise<string> {
    const message = {
      providerMessageId: randomBytes(12).toString('hex'),
      customer: { identifier: randomBytes(12).toString('hex') },
      body: { type: 'PLAIN', text: 'hello' },
    };
    const path = `/v1/channels/${CHANNEL}/messages`;
    const { customerId } = (await this.call('POST', path, connector, message)) as {
      customerId: string;
    };
    const { id } = await until(
      () =>
        this.call('GET', `/v1/customers/${customerId}/conversation`, {
          token: this.adminToken,
        }).catch(() => null) as Promise<{ id: string } | null>,
    );
    return `/v1/conversations/${id}`;
  }

  offerTo(agent: { readonly token: string }): Promise<string> {
    return until(async () => {
      const { items } = (await this.call('GET', `/v1/tasks?agentId=${AGENT}`, agent)) as {
        items: { id: string; mediaState: string }[];
      };
      return items.find(({ mediaState }) => mediaState === 'RESERVED')?.id;
    });
  }

  /** ms from the moment when what `from` began was due, to `to`. */
  lateness(conversation: string, seconds: number, from: Named, to: Named): Promise<number> {
    return until(async () => {
      const { items } = (await this.call('GET', `${conversation}/timeline?limit=200`, {
        token: this.adminToken,
      })) as { items: Entry[] };
      const begun = items.find(from);
      const ended = begun && items.slice(items.indexOf(begun) + 1).find(to);
      if (!begun || !ended) return undefined;
      return Date.parse(ended.at) - Date.parse(begun.at) - seconds * SECOND;
    });
  }
}

async function until<T>(look: () => Promise<T | null | undefined>): Promise<T> {
  const patience = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = await look();
    if (found !== null && found !== undefined) return found;
    if (Date.now() > patience) throw new Error('what was waited for never came');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
