import { createConfigurationChecker } from '../../api/configuration/checker';
import { createIssuerVerifier } from '../../api/oidc';
import { createIssuerDiscovery } from '../../api/oidc-discovery';
import { createOutgoing } from '../../infra/outgoing';
import type { ResourceName } from '../../infra/stores';
import { testApi } from '../support/api';
import { catalogue } from '../support/catalogue';
import { REFUSED_URLS, resolveName } from '../support/refused-urls';

/**
 * Every configured field that holds an address of another server, walked over our own document: no address that we may not call is
 * saved (reliability.md sections 10 and 13: M16, M2). What happens where one is used all the same: test/infra/outgoing.test.ts, and
 * beside each caller.
 */
const outgoing = createOutgoing({ allowedPrivateHosts: [], resolve: resolveName });
const known = catalogue();
const api = testApi({ ...known, outgoing });
const checker = createConfigurationChecker({ ...known, outgoing });
const nothing = { get: async () => null, all: async () => [] };

const whsec = `whsec_${'A'.repeat(32)}`;
const graph = { accessToken: 't', appSecret: 's', verifyToken: 'v' };
/** The least that a connector of each provider needs. */
const ATTRIBUTES: Readonly<Record<string, object>> = {
  webchat: {},
  http: { sendUrl: 'https://public.test/m', inboundSecret: whsec, outboundSecret: whsec },
  twilio: { accountSid: 'AC1', authToken: 't' },
  'whatsapp-cloud': { phoneNumberId: '1', ...graph },
  '360dialog': { apiKey: 'k', webhookSecret: 's' },
  messenger: { pageId: '1', ...graph },
  instagram: { pageId: '1', ...graph },
  viber: { authToken: 't', senderName: 'Parley' },
  telegram: { botToken: '1:a', secretToken: 's' },
  line: { channelSecret: 's', channelAccessToken: 't' },
  email: {
    address: 'shop@public.test',
    smtp: { host: 'public.test' },
    imap: { host: 'public.test', user: 'u', password: 'p' },
    inboundSecret: 's',
  },
};
const OBJECTS: Readonly<Record<string, object>> = {
  BotInput: { id: 'x', kind: 'WEBHOOK', url: 'https://public.test/' },
  WebhookSubscriptionInput: {
    id: 'x',
    url: 'https://public.test/',
    types: ['CUSTOMER_MESSAGE'],
    secret: whsec,
  },
};
const RESOURCES: Readonly<Record<string, ResourceName>> = {
  BotInput: 'bots',
  WebhookSubscriptionInput: 'webhook-subscriptions',
};
interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
}
/** Paths of the fields that hold a URL or a host. */
function addressFields(schema: Schema, path = ''): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => {
    const at = path === '' ? name : `${path}.${name}`;
    const holds =
      (inner as { format?: string }).format === 'uri' || /url$|uri$|host$|avatar$/i.test(name);
    return [...(holds ? [at] : []), ...addressFields(inner, at)];
  });
}

interface Place {
  readonly resource: ResourceName;
  /** Where the fault is reported. */
  readonly path: string;
  readonly holds: 'URL' | 'HOST';
  objectWith(address: string): Readonly<Record<string, unknown>>;
}
async function places(): Promise<Readonly<Record<string, Place>>> {
  const { components } = (await (await api.call('GET', '/openapi.json')).json()) as {
    components: { schemas: Record<string, Schema> };
  };
  const inputs = Object.entries(components.schemas).filter(([name]) => name.endsWith('Input'));
  const own = inputs.flatMap(([name, schema]) =>
    addressFields(schema).map((path): [string, Place] => {
      const resource = RESOURCES[name];
      if (!resource) throw new Error(`${name} holds an address at ${path}: it needs a row here`);
      const objectWith = (address: string) => changed(OBJECTS[name] ?? {}, path, address);
      return [`${resource} ${path}`, { resource, path, holds: 'URL', objectWith }];
    }),
  );
  const { items } = (await (await api.call('GET', '/v1/providers')).json()) as {
    items: { id: string; attributeSchema: Schema }[];
  };
  const provided = items.flatMap(({ id, attributeSchema }) =>
    addressFields(attributeSchema).map((path): [string, Place] => {
      const objectWith = (address: string) => {
        const attributes = changed(ATTRIBUTES[id] ?? {}, path, address);
        return { id: 'x', providerId: id, attributes };
      };
      const holds = path.endsWith('host') ? 'HOST' : 'URL';
      const place = { resource: 'connectors', path: `attributes.${path}`, holds, objectWith };
      return [`${id} ${path}`, place as Place];
    }),
  );
  return Object.fromEntries([...own, ...provided]);
}
function changed(object: object, path: string, value: string): Readonly<Record<string, unknown>> {
  const [name = '', ...rest] = path.split('.');
  const inner = (object as Record<string, unknown>)[name];
  return {
    ...object,
    [name]: rest.length === 0 ? value : changed((inner ?? {}) as object, rest.join('.'), value),
  };
}
/** Of each URL that has one. */
const REFUSED_HOSTS = [
  ...new Set(
    REFUSED_URLS.filter((url) => url.startsWith('https://') && !url.includes('@') && url.length > 8)
      .map((url) => url.slice('https://'.length, url.indexOf('/', 'https://'.length)))
      .map((host) => host.replace(/^\[|\]$/g, '')),
  ),
];

/** Paths of what is wrong with an object, as whoever saves it is told. */
async function faultsOf({ resource, objectWith }: Place, address: string): Promise<string[]> {
  const parsed = checker.parse(resource, objectWith(address));
  const faults =
    'faults' in parsed ? parsed.faults : await checker.faultsAmong(resource, parsed.value, nothing);
  return faults.map(({ path }) => path);
}

it('M2, M16: no address that we may not call is saved, in any field', async () => {
  const complaints: string[] = [];
  for (const [name, place] of Object.entries(await places())) {
    const isUrl = place.holds === 'URL';
    for (const address of isUrl ? REFUSED_URLS : REFUSED_HOSTS)
      if (!(await faultsOf(place, address)).includes(place.path))
        complaints.push(`${name} takes ${address}`);
    const faults = await faultsOf(place, isUrl ? 'https://public.test/' : 'public.test');
    if (faults.length > 0) complaints.push(`${name}: ${faults}`);
  }
  expect(complaints).toEqual([]);
  expect(REFUSED_URLS.length).toBeGreaterThanOrEqual(60);
});

it('M16: the API saves by the same rule, and every field is known', async () => {
  const all = await places();
  for (const [name, { resource, path, holds, objectWith }] of Object.entries(all)) {
    const address = holds === 'URL' ? 'https://169.254.169.254/latest/' : '169.254.169.254';
    const answer = await api.call('POST', `/v1/${resource}`, { body: objectWith(address) });
    const { errors } = (await answer.json()) as { errors: { path: string }[] };
    expect([name, answer.status, errors.map((fault) => fault.path)]).toEqual([name, 400, [path]]);
  }
  expect(Object.keys(all).sort()).toEqual([
    '360dialog baseUrl',
    'bots url',
    'email baseUrl',
    'email imap.host',
    'email smtp.host',
    'http baseUrl',
    'http sendUrl',
    'instagram baseUrl',
    'line baseUrl',
    'line contentBaseUrl',
    'messenger baseUrl',
    'telegram baseUrl',
    'twilio baseUrl',
    'twilio voiceUrl',
    'viber baseUrl',
    'viber senderAvatar',
    'webchat baseUrl',
    'webhook-subscriptions url',
    'whatsapp-cloud baseUrl',
  ]);
});

it('M16: a path below baseUrl that leads elsewhere is looked at as well', async () => {
  for (const sendUrl of ['//10.0.0.1/', '/\\10.0.0.1/', 'https:10.0.0.1/']) {
    const attributes = { ...ATTRIBUTES['http'], baseUrl: 'https://public.test/', sendUrl };
    const objectWith = () => ({ id: 'x', providerId: 'http', attributes });
    const place: Place = { resource: 'connectors', path: '', holds: 'URL', objectWith };
    expect(await faultsOf(place, sendUrl)).toEqual(['attributes.sendUrl']);
  }
});

it('M16: neither an issuer nor its keys are fetched from where we may not go', async () => {
  const guarded = outgoing.fetch({ timeoutMs: 500 });
  const now = () => new Date();
  const issuer = 'https://id.public.test';
  const token = `${['{"alg":"RS256","kid":"k"}', '{}'].map((part) => Buffer.from(part).toString('base64url')).join('.')}.AAAA`;
  for (const url of REFUSED_URLS) {
    const asked = createIssuerDiscovery(url, guarded)();
    await expect(asked).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const fetch = async (...[input, init]: Parameters<typeof globalThis.fetch>) =>
      String(input).startsWith(issuer)
        ? Response.json({ issuer, jwks_uri: url })
        : guarded(input, init);
    const oidc = { issuer, audience: 'a', roleClaim: 'r' };
    const verified = createIssuerVerifier(oidc, fetch, now).verify(token);
    await expect(verified).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  }
});
