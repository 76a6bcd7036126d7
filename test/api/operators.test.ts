import { createCustomerTokens } from '../../api/customer-token';
import { STAFF_ROLES } from '../../api/principal';
import { SECRETS, testApi } from '../support/api';
import { catalogue } from '../support/catalogue';

/**
 * Query operators from outside, in every body, query and header of every operation of our own document: refused, or the text that it
 * is (reliability.md sections 10, 12 and 13). What the routes make of hostile values beside real servers: test/api/fuzz.test.ts.
 */
const api = testApi(catalogue());
const OPERATORS: readonly unknown[] = [
  { $ne: null },
  { $gt: '' },
  { $regex: '.*' },
  { $where: 'sleep(1000)' },
  { constructor: { prototype: {} } },
];

/** How queries say more than a text. */
const SHAPES: readonly ((field: string) => string)[] = [
  (field) => `${field}[$ne]=`,
  (field) => `${field}%5B%24gt%5D=`,
  (field) => `${field}[]=a`,
  (field) => `${field}.x=1`,
  (field) => `$where=1&${field}=1`,
  () => '__proto__=1',
  (field) => `${field}=a&${field}=b`,
];

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
}
interface Operation {
  readonly 'x-roles': readonly string[];
  readonly parameters?: readonly {
    readonly $ref?: string;
    readonly name: string;
    readonly in: string;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { schema: Schema }>> };
}
interface Walked extends Operation {
  readonly name: string;
  readonly token: string | null;
  ask(query: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Properties of its JSON body by name; null: it takes none. */
  readonly fields: Readonly<Record<string, Schema>> | null;
}
let operations: readonly Walked[] = [];

beforeAll(async () => {
  await api.stores.config.create('bots', { id: 'x', kind: 'HOOK' });
  const tokens: Record<string, string | null> = { anyone: null };
  for (const role of STAFF_ROLES) tokens[role] = await api.tokenFor(role, 'x');
  const visitor = { subject: 'cus_1', channelId: 'web', identifier: 'v1' };
  const customers = createCustomerTokens(SECRETS, () => new Date());
  tokens['customer'] = (await customers.sign(visitor, 3600)).token;
  const { paths, components } = (await (await api.call('GET', '/openapi.json')).json()) as {
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: Record<string, Schema> };
  };
  const resolved = (schema: Schema): Schema =>
    schema.$ref ? (components.schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {}) : schema;
  operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]): Walked => {
      const token = tokens[operation['x-roles'][0] ?? ''] ?? null;
      const schema = operation.requestBody?.content['application/json']?.schema;
      const url = path.replaceAll(/\{[^}]+\}/g, 'x');
      return {
        ...operation,
        name: `${method.toUpperCase()} ${path}`,
        token,
        fields: schema ? (resolved(schema).properties ?? {}) : null,
        ask: (query, body, headers = {}) =>
          api.call(method.toUpperCase(), `${url}${query}`, {
            token,
            ...(body === undefined ? {} : { body }),
            headers: { 'if-match': '*', ...headers },
          }),
      };
    }),
  );
});

async function pathsOf(answer: Response): Promise<readonly string[]> {
  const { errors = [] } = (await answer.json()) as { errors?: { path: string }[] };
  return errors.map(({ path }) => path);
}

it('M5: no operation takes an operator in its body, however deep', async () => {
  const complaints: string[] = [];
  const taking = operations.filter(({ fields }) => fields);
  for (const [n, { name, fields, ask }] of taking.entries()) {
    // Each operation gets one of them at each depth; all of them come many times.
    const operator = OPERATORS[n % OPERATORS.length];
    const field = Object.keys(fields ?? {})[0] ?? 'any';
    for (const body of [operator, { [field]: operator }, { [field]: [{ deep: operator }] }]) {
      const answer = await ask('', body);
      const named = (await pathsOf(answer.clone())).some((path) => /\$|constructor/.test(path));
      if (answer.status !== 400 || !named)
        complaints.push(`${name} ${JSON.stringify(body)}: ${answer.status}`);
    }
  }
  expect(complaints).toEqual([]);
  expect(taking.length).toBeGreaterThan(70);
});

it('M5: no field of a body takes an object or a list for a text, and every one is named', async () => {
  const complaints: string[] = [];
  let walked = 0;
  for (const { name, fields, ask } of operations) {
    const texts = Object.entries(fields ?? {}).filter(([, { type }]) => type === 'string');
    if (texts.length === 0) continue;
    for (const value of [['a', 'b'], { toString: 'x' }, { length: 1 }]) {
      const answer = await ask('', Object.fromEntries(texts.map(([field]) => [field, value])));
      const named = await pathsOf(answer.clone());
      for (const [field] of texts) {
        walked += 1;
        if (answer.status !== 400 || !named.some((path) => path.startsWith(field)))
          complaints.push(`${name} ${field} ${JSON.stringify(value)}: ${answer.status}`);
      }
    }
  }
  expect(complaints).toEqual([]);
  expect(walked).toBeGreaterThan(150);
});

it('M5, M6: no operation takes an operator in its query, whether it knows the field or not', async () => {
  const complaints: string[] = [];
  for (const [n, { name, parameters = [], ask }] of operations.entries()) {
    if (name.includes('/webhooks/')) continue; // signed as it came; connectors read it, and no store
    const known = parameters.flatMap((parameter) =>
      parameter.in === 'query' ? [parameter.name] : [],
    );
    const queries = known.flatMap((field) => SHAPES.map((shape) => shape(field)));
    // A field that nobody knows gets one of the shapes.
    queries.push(SHAPES[n % SHAPES.length]?.('any') ?? '');
    for (const query of queries) {
      const answer = await ask(`?${query}`);
      if (answer.status !== 400) complaints.push(`${name} ${query}: ${answer.status}`);
    }
  }
  expect(complaints).toEqual([]);
});

it('M5: what is in a header or a cookie is a text, or refused', async () => {
  const complaints: string[] = [];
  const teams = operations.find(({ name }) => name === 'PUT /v1/teams/{id}');
  for (const value of ['{"$gt":""}', '[object Object]', '$where=1', '{"$ne":null}']) {
    const answer = await teams?.ask('', { name: 'x' }, { 'if-match': value });
    if (answer?.status !== 400) complaints.push(`If-Match ${value}: ${answer?.status}`);
    // A cookie lets nobody in, and changes nothing for who is in.
    for (const name of ['session', 'token', 'parley_codec', 'authorization']) {
      const headers = { cookie: `${name}=${value}`, 'x-user-id': value, 'x-auth-token': value };
      const stranger = await api.call('GET', '/v1/teams', { token: null, headers });
      const known = await api.call('GET', '/v1/teams', { headers });
      const plain = await api.call('GET', '/v1/teams');
      if (stranger.status !== 401) complaints.push(`${name}=${value} lets in`);
      if ((await known.text()) !== (await plain.text())) complaints.push(`${name} is read`);
    }
    // The key is a name: the same once more is the same request, another one is not.
    const keyed = (key: string) =>
      api.call('POST', '/v1/teams', { body: {}, headers: { 'idempotency-key': key } });
    const ids = await Promise.all(
      [value, value, `${value}x`].map(async (key) =>
        key.includes(' ')
          ? (await keyed(key)).status
          : ((await (await keyed(key)).json()) as { id: string }).id,
      ),
    );
    const fits = value.includes(' ')
      ? ids.every((status) => status === 400)
      : ids[0] === ids[1] && ids[1] !== ids[2];
    if (!fits) complaints.push(`Idempotency-Key ${value}: ${ids}`);
  }
  expect(complaints).toEqual([]);
});
