import { type Instance, startInstance } from '../../bench/support/instance';

const CUSTOMERS = 12;
const PATIENCE_MS = 120_000;

let parley: Instance;
let token: string;

beforeAll(async () => {
  parley = await startInstance();
  const answer = await post('/v1/tokens', parley.adminToken, {
    role: 'connector',
    subject: 'bench',
    channelIds: ['bench'],
  });
  token = ((await answer.json()) as { token: string }).token;
}, 180_000);
afterAll(() => parley?.stop(), 60_000);

it('kill -9 of every process under load, twice: each acknowledged message is archived once and in order', async () => {
  const acked: string[][] = Array.from({ length: CUSTOMERS }, () => []);
  const customerIds: string[] = [];
  let stop = false;
  const load = acked.map(async (keys, customer) => {
    for (let n = 0; !stop; n += 1) {
      const key = `k-${customer}-${n}`;
      customerIds[customer] = await postUntilTaken(customer, key);
      keys.push(key);
      await pause(40);
    }
  });

  await untilAcked(acked, 5);
  for (const name of ['api', 'worker', 'mongod', 'temporal'] as const) {
    await parley.kill(name);
    await parley.ready();
    await untilAcked(acked, 3);
  }
  await Promise.all(
    (['worker', 'api', 'temporal', 'mongod'] as const).map((name) => parley.kill(name)),
  );
  await parley.ready();
  await untilAcked(acked, 5);
  stop = true;
  await Promise.all(load);

  for (const [customer, keys] of acked.entries()) {
    const entries = await archivedOf(customerIds[customer] ?? '', keys.length);
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
    const archived = entries.flatMap(({ type, providerMessageId }) =>
      type === 'CUSTOMER_MESSAGE' ? [providerMessageId] : [],
    );
    expect(archived).toEqual(keys);
  }
}, 400_000);

interface Entry {
  readonly seq: number;
  readonly type: string;
  readonly providerMessageId: string | null;
}

/** As a provider does: the same message again until there is a 2xx. */
async function postUntilTaken(customer: number, key: string): Promise<string> {
  const patience = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await post('/v1/channels/bench/messages', token, {
      providerMessageId: key,
      customer: { identifier: `customer-${customer}` },
      body: { type: 'PLAIN', text: key },
    }).catch(() => null);
    if (answer?.status === 202) return ((await answer.json()) as { customerId: string }).customerId;
    if (answer && answer.status < 500)
      throw new Error(`refused with ${answer.status}: ${await answer.text()}`);
    if (Date.now() > patience)
      throw new Error(`${key} was not taken within ${PATIENCE_MS / 1000} s`);
    await pause(200);
  }
}

/** Waits until every customer has had `more` messages taken from now on. */
async function untilAcked(acked: readonly (readonly string[])[], more: number): Promise<void> {
  const goal = acked.map((keys) => keys.length + more);
  await until(async () => acked.every((keys, customer) => keys.length >= (goal[customer] ?? 0)));
}

async function archivedOf(customerId: string, messages: number): Promise<readonly Entry[]> {
  let entries: readonly Entry[] = [];
  await until(async () => {
    const { items } = await get<{ items: { id: string }[] }>(
      `/v1/customers/${customerId}/conversations`,
    );
    expect(items).toHaveLength(1);
    entries = await timelineOf(items[0]?.id ?? '');
    return entries.filter(({ type }) => type === 'CUSTOMER_MESSAGE').length >= messages;
  });
  return entries;
}

async function timelineOf(conversationId: string): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (let after = 0; ; after = entries.at(-1)?.seq ?? after) {
    const { items } = await get<{ items: Entry[] }>(
      `/v1/conversations/${conversationId}/timeline?after=${after}&limit=200`,
    );
    if (items.length === 0) return entries;
    entries.push(...items);
  }
}

function post(path: string, bearer: string, body: object): Promise<Response> {
  return fetch(`${parley.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}
async function get<T>(path: string): Promise<T> {
  const answer = await fetch(`${parley.url}${path}`, {
    headers: { authorization: `Bearer ${parley.adminToken}` },
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}
async function until(reached: () => Promise<boolean>): Promise<void> {
  const patience = Date.now() + PATIENCE_MS;
  while (!(await reached())) {
    if (Date.now() > patience) throw new Error('patience is over');
    await pause(100);
  }
}
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
