import { RESOURCE_NAMES, type ResourceName } from '../../infra/stores';
import { testApi } from '../support/api';
import { catalogue } from '../support/catalogue';

const HTTP = {
  id: 'partner',
  providerId: 'http',
  attributes: {
    sendUrl: 'https://partner.example/messages',
    inboundSecret: `whsec_${'A'.repeat(32)}`,
    outboundSecret: `whsec_${'B'.repeat(32)}`,
  },
};
const CHANNEL = {
  id: 'web',
  channelType: 'GENERIC',
  serviceIdentifier: 'main',
  connectorId: 'partner',
};

/** The least that each resource takes, with what it needs beside it. */
const MINIMAL: Readonly<Record<ResourceName, object>> = {
  connectors: HTTP,
  channels: CHANNEL,
  mrds: { id: 'x' },
  queues: { id: 'x', mrdId: 'chat' },
  lists: { id: 'x', mrdId: 'chat' },
  'routing-attributes': { id: 'x', type: 'BOOLEAN' },
  agents: { id: 'x' },
  teams: { id: 'x' },
  bots: { id: 'x', kind: 'HOOK' },
  calendars: {
    id: 'x',
    timeZone: 'Europe/Belgrade',
    week: { MON: [{ from: '09:00', to: '17:00' }] },
  },
  'wrap-up-forms': { id: 'x', categories: [{ name: 'Topic', values: ['billing'] }] },
  'canned-replies': { id: 'x', shortcut: 'hi', text: 'Hello' },
  'customer-labels': { id: 'x', priority: 3 },
  'webhook-subscriptions': {
    id: 'x',
    url: 'https://example.com/hook',
    types: ['CUSTOMER_MESSAGE'],
    secret: HTTP.attributes.inboundSecret,
  },
};

async function configured() {
  const api = testApi(catalogue());
  await api.stores.config.create('mrds', { id: 'chat', maxTasks: 5 });
  return api;
}
const create = async (
  api: Awaited<ReturnType<typeof configured>>,
  resource: ResourceName,
  body: object,
) => {
  const response = await api.call('POST', `/v1/${resource}`, { body });
  expect([resource, response.status, response.status === 201 ? '' : await response.text()]).toEqual(
    [resource, 201, ''],
  );
  return (await response.json()) as { id: string; version: number };
};
const faults = async (response: Response) => {
  expect(response.status).toBe(400);
  const { code, errors } = (await response.json()) as {
    code: string;
    errors: { path: string; message: string }[];
  };
  expect(code).toBe('VALIDATION_FAILED');
  return errors.map(({ path }) => path);
};

describe('/v1/<resource>', () => {
  it.each(RESOURCE_NAMES)('%s: create, read, list, replace, delete', async (resource) => {
    const api = await configured();
    if (resource === 'channels') await create(api, 'connectors', HTTP);
    const { id } = await create(api, resource, MINIMAL[resource]);
    const path = `/v1/${resource}/${id}`;

    const read = await api.call('GET', path);
    expect([read.status, read.headers.get('etag')]).toEqual([200, '"1"']);
    const object = (await read.json()) as { version: number; name?: string };
    const listed = (await (await api.call('GET', `/v1/${resource}?limit=200`)).json()) as {
      items: { id: string }[];
    };
    expect(listed.items.map((item) => item.id)).toContain(id);

    expect(await faults(await api.call('PUT', path, { body: object }))).toEqual(['If-Match']);
    const stale = await api.call('PUT', path, { body: object, headers: { 'if-match': '"7"' } });
    expect([stale.status, ((await stale.json()) as { code: string }).code]).toEqual([
      412,
      'PRECONDITION_FAILED',
    ]);
    // What was read can be sent back, masks included.
    const replaced = await api.call('PUT', path, {
      body: { ...object, name: 'Renamed' },
      headers: { 'if-match': '"1"' },
    });
    expect([replaced.status, await replaced.json()]).toMatchObject([
      200,
      { id, version: 2, name: 'Renamed' },
    ]);

    expect((await api.call('DELETE', path)).status).toBe(204);
    expect((await api.call('GET', path)).status).toBe(404);
    expect((await api.call('DELETE', path)).status).toBe(404);
    expect(
      api.stores.audit.rows.map(({ action, target }) => `${action} ${target}`).slice(-3),
    ).toEqual([
      `configuration.created ${resource}/${id}`,
      `configuration.replaced ${resource}/${id}`,
      `configuration.deleted ${resource}/${id}`,
    ]);
  });

  it('gives an id where none is chosen, and refuses one that is taken', async () => {
    const api = await configured();
    const { id } = await create(api, 'teams', {});
    expect(id).toMatch(/^team-[0-9a-f]{16}$/);
    expect((await api.call('POST', '/v1/teams', { body: { id } })).status).toBe(409);
  });

  it('names every fault of an object at once', async () => {
    const api = await configured();
    const response = await api.call('POST', '/v1/queues', {
      body: {
        id: 'bad id',
        priority: 11,
        reservationSeconds: 'soon',
        shoe: 1,
        steps: [{ expression: { terms: [{ attributeId: 'a', op: '~', value: 1 }] } }],
      },
    });
    expect((await faults(response)).sort()).toEqual(
      ['id', 'priority', 'reservationSeconds', 'shoe', 'steps[0].expression.terms[0].op'].sort(),
    );
  });

  it('names every missing object', async () => {
    const api = await configured();
    const body = { ...CHANNEL, queueId: 'q', botId: 'b', wrapUp: { formId: 'f' }, calendarId: 'c' };
    expect((await faults(await api.call('POST', '/v1/channels', { body }))).sort()).toEqual([
      'botId',
      'calendarId',
      'connectorId',
      'queueId',
      'wrapUp.formId',
    ]);
    const term = { attributeId: 'urdu', op: '==', value: true };
    expect(
      await faults(
        await api.call('POST', '/v1/queues', {
          body: { id: 'q', steps: [{ expression: { terms: [term] } }] },
        }),
      ),
    ).toEqual(['steps[0].expression.terms[0].attributeId']);
  });

  it('checks a channel beside the others', async () => {
    const api = await configured();
    await create(api, 'connectors', HTTP);
    await create(api, 'queues', { id: 'slow', reservationSeconds: 300 });
    await create(api, 'channels', { ...CHANNEL, id: 'first', defaultOutbound: true });
    const windowTemplate = { name: 'we_are_back', language: 'en' };
    const sms = { ...CHANNEL, channelType: 'SMS', windowTemplate };
    expect(await faults(await api.call('POST', '/v1/channels', { body: sms }))).toEqual([
      'channelType',
      'windowTemplate',
    ]);
    const body = { ...CHANNEL, queueId: 'slow', defaultOutbound: true };
    expect(await faults(await api.call('POST', '/v1/channels', { body }))).toEqual([
      'agentRequestTtlSeconds',
      'serviceIdentifier',
      'defaultOutbound',
    ]);
  });

  it('refuses to delete what is in use, and names the users', async () => {
    const api = await configured();
    await create(api, 'connectors', HTTP);
    await create(api, 'queues', { id: 'support' });
    await create(api, 'channels', { ...CHANNEL, queueId: 'support' });
    for (const path of ['/v1/connectors/partner', '/v1/queues/support']) {
      const response = await api.call('DELETE', path);
      expect([response.status, await response.json()]).toMatchObject([
        409,
        { code: 'CONFLICT', detail: expect.stringContaining('channels/web') },
      ]);
    }
    expect((await api.call('DELETE', '/v1/mrds/chat')).status).toBe(409);
  });
});

describe('secrets', () => {
  it('are never shown, are kept when their mask comes back, and are replaced when a new one comes', async () => {
    const api = await configured();
    await create(api, 'connectors', HTTP);
    const shown = await (await api.call('GET', '/v1/connectors/partner')).json();
    expect(shown).toMatchObject({
      attributes: { inboundSecret: '***', outboundSecret: '***', sendUrl: HTTP.attributes.sendUrl },
    });
    const secret = `whsec_${'C'.repeat(32)}`;
    const body = {
      ...HTTP,
      attributes: { ...HTTP.attributes, inboundSecret: '***', outboundSecret: secret },
    };
    expect(
      (await api.call('PUT', '/v1/connectors/partner', { body, headers: { 'if-match': '"1"' } }))
        .status,
    ).toBe(200);
    expect(await api.stores.config.get('connectors', 'partner')).toMatchObject({
      attributes: { inboundSecret: HTTP.attributes.inboundSecret, outboundSecret: secret },
    });
    const everything = JSON.stringify([
      shown,
      api.stores.audit.rows,
      await (await api.call('GET', '/v1/connectors')).json(),
      api.logged,
    ]);
    expect(everything).not.toContain('whsec_');
  });
  it('cannot be made of a mask', async () => {
    const api = await configured();
    const body = { ...HTTP, attributes: { ...HTTP.attributes, inboundSecret: '***' } };
    expect(await faults(await api.call('POST', '/v1/connectors', { body }))).toContain(
      'attributes.inboundSecret',
    );
  });
  it('of an unknown provider are masked as a whole', async () => {
    const api = await configured();
    await api.stores.config.create('connectors', {
      id: 'old',
      providerId: 'gone',
      attributes: { token: 'plain' },
    });
    expect(await (await api.call('GET', '/v1/connectors/old')).json()).toMatchObject({
      attributes: { token: '***' },
    });
  });
});

describe('/v1/providers and /v1/channel-types', () => {
  it('show the catalogue', async () => {
    const api = await configured();
    const { items } = (await (await api.call('GET', '/v1/providers')).json()) as {
      items: { id: string }[];
    };
    expect(items.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['webchat', 'http', 'twilio']),
    );
    expect(await (await api.call('GET', '/v1/providers/twilio')).json()).toMatchObject({
      secretAttributes: expect.arrayContaining(['authToken']),
      attributeSchema: { type: 'object' },
    });
    expect((await api.call('GET', '/v1/providers/none')).status).toBe(404);
  });
  it('move a type to another MRD', async () => {
    const api = await configured();
    expect(
      (await api.call('PUT', '/v1/channel-types/SMS', { body: { mrdId: 'nope' } })).status,
    ).toBe(400);
    await create(api, 'mrds', { id: 'slow' });
    expect(
      await (await api.call('PUT', '/v1/channel-types/SMS', { body: { mrdId: 'slow' } })).json(),
    ).toEqual({ id: 'SMS', mrdId: 'slow' });
    expect((await api.call('GET', '/v1/channel-types/FAX')).status).toBe(400);
  });
});

describe('GET /v1/agents/{id}', () => {
  it('shows agents their own record, supervisors any, and nobody else one', async () => {
    const api = await configured();
    for (const body of [{ id: 'ana' }, { id: 'ben' }, { id: 'sara', supervisor: true }])
      await create(api, 'agents', body);
    const read = async (token: string, id: string) =>
      (await api.call('GET', `/v1/agents/${id}`, { token })).status;
    const ana = await api.tokenFor('agent', 'ana');
    const sara = await api.tokenFor('supervisor', 'sara');
    expect([await read(ana, 'ana'), await read(ana, 'ben'), await read(sara, 'ana')]).toEqual([
      200, 404, 200,
    ]);
    // The same answer as for an agent who never was.
    const [foreign, none] = await Promise.all(
      ['ben', 'none'].map(async (id) => {
        const { requestId: _requestId, ...problem } = (await (
          await api.call('GET', `/v1/agents/${id}`, { token: ana })
        ).json()) as Record<string, unknown>;
        return JSON.stringify(problem).replaceAll(id, 'x');
      }),
    );
    expect(foreign).toBe(none);
    expect((await api.call('PUT', '/v1/agents/ana', { token: sara, body: {} })).status).toBe(403);
  });
});
