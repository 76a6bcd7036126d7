import { testApi } from '../support/api';
import { catalogue } from '../support/catalogue';

const api = testApi(catalogue());
const get = async (path: string, token: string | null) => {
  const answer = await api.call('GET', path, { token });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};

beforeAll(async () => {
  const { config } = api.stores;
  await config.create('agents', { id: 'agt_lin', name: 'Lin', enabled: true, teamIds: ['north'] });
  await config.create('agents', { id: 'agt_off', name: 'Off', enabled: false, teamIds: [] });
  for (const [id, teamIds] of [
    ['all', []],
    ['north', ['north']],
    ['south', ['south']],
  ] as const)
    await config.create('canned-replies', { id, shortcut: id, text: id, teamIds: [...teamIds] });
});

describe('GET /v1/me', () => {
  it('tells whose token it is', async () => {
    expect(await get('/v1/me', await api.tokenFor('agent', 'agt_lin'))).toMatchObject({
      status: 200,
      body: { role: 'agent', subject: 'agt_lin', name: 'Lin' },
    });
  });
});

describe('GET /v1/workspace', () => {
  const replies = (body: Record<string, unknown>) =>
    (body['cannedReplies'] as { id: string }[]).map(({ id }) => id).sort();

  it('offers an agent what is switched on and of their teams, and no link into the engine', async () => {
    const { body } = await get('/v1/workspace', await api.tokenFor('agent', 'agt_lin'));
    expect(replies(body)).toEqual(['all', 'north']);
    expect((body['agents'] as { id: string }[]).map(({ id }) => id)).not.toContain('agt_off');
    expect(body['temporalRuns']).toBeNull();
  });
  it('offers a supervisor all of it', async () => {
    const { body } = await get('/v1/workspace', await api.tokenFor('supervisor', 'agt_lin'));
    expect(replies(body)).toEqual(['all', 'north', 'south']);
  });
});

describe('GET /assets/{file}', () => {
  it.each(['..%2Fpackage.json', 'none-00000000.js', 'index.html', '%2Fetc%2Fpasswd', 'a.js.map'])(
    '%s: 404',
    async (file) => {
      expect((await get(`/assets/${file}`, null)).status).toBe(404);
    },
  );
});
