import { ProblemError } from '../../domain/errors';
import { REPORT_COLUMNS, type ReportRow } from '../../domain/reporting/entities';
import type { ReportQuery } from '../../infra/stores/reports';
import { testApi } from '../support/api';
import { fakeStores } from '../support/fakes/stores';

let given: readonly ReportRow[] = [];
let asked: ReportQuery[] = [];
let taken = 0;
let closed = false;
let failure: Error | null = null;
beforeEach(() => {
  [given, asked, taken, closed, failure] = [[], [], 0, false, null];
});
async function* rows(query: ReportQuery): AsyncGenerator<ReportRow> {
  asked.push(query);
  if (failure) throw failure;
  try {
    for (const row of given) {
      taken += 1;
      yield row;
    }
  } finally {
    closed = true;
  }
}
const reports = { rows, writeAgentStates: async () => undefined };
const api = testApi({ stores: fakeStores({ reports }) });
const get = (path: string, options: Parameters<typeof api.call>[2] = {}) =>
  api.call('GET', `/v1/reports/${path}`, options);
const HOLD = REPORT_COLUMNS.conversation_hold;

describe('GET /v1/reports/{entity}', () => {
  it('answers a list by default, every row with every column in order', async () => {
    given = [{ agent_id: 'agt_ana', conversation_id: 'cnv_1' }, {}];
    const answer = await get('conversation_hold');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/json']);
    const { items, nextCursor } = (await answer.json()) as { items: object[]; nextCursor: null };
    expect(nextCursor).toBeNull();
    expect(items.map((item) => Object.keys(item))).toEqual([HOLD, HOLD]);
    expect(items[0]).toMatchObject({ agent_id: 'agt_ana', resumed_at: null });
  });

  it('answers one row a line', async () => {
    given = [{ epoch: 1 }, { epoch: 2 }];
    const answer = await get('control_change?format=ndjson');
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
    const lines = (await answer.text()).split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.map((line) => (JSON.parse(line) as ReportRow)['epoch'])).toEqual([1, 2]);
  });

  it.each([
    ['json', '{"items":[],"nextCursor":null}'],
    ['ndjson', ''],
    ['csv', `${HOLD.join(',')}\r\n`],
  ])('answers nothing as %s', async (format, text) => {
    expect(await (await get(`conversation_hold?format=${format}`)).text()).toBe(text);
  });

  it.each([
    ['plain', 'plain'],
    ['', ''],
    [null, ''],
    [true, 'true'],
    [-5, '-5'],
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['two\nlines', '"two\nlines"'],
    ['two\r\nlines', '"two\r\nlines"'],
    [['a', 'b'], '"[""a"",""b""]"'],
    ['=1+1', "'=1+1"],
    ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
    ['+15550001111', "'+15550001111"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['\r=1', `"'\r=1"`],
    ['a=1', 'a=1'],
  ])('writes %j into a cell as %s', async (value, cell) => {
    given = [{ value }];
    const answer = await get('conversation_data?format=csv');
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    expect(answer.headers.get('content-disposition')).toContain('conversation_data.csv');
    expect(await answer.text()).toBe(
      `conversation_id,key,value,record_creation_time,updated_at\r\n,,${cell},,\r\n`,
    );
  });

  it('asks for what began in the range, in UTC with milliseconds', async () => {
    await get('conversation?from=2026-01-01T00:00:00Z&to=2026-01-02T01:00:00%2B05:00');
    expect(asked).toEqual([
      {
        entity: 'conversation',
        from: '2026-01-01T00:00:00.000Z',
        to: '2026-01-01T20:00:00.000Z',
        agentIds: undefined,
      },
    ]);
  });

  it.each([
    'from=yesterday',
    'from=2026-01-01',
    'to=',
    'from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z',
    'format=xlsx',
    'limit=5',
  ])('refuses %s', async (query) => {
    const answer = await get(`conversation?${query}`);
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { code: 'VALIDATION_FAILED', errors: [{ path: expect.any(String) }] },
    ]);
    expect(asked).toEqual([]);
  });

  it.each(['nothing', 'toString', '__proto__', 'Conversation'])(
    'knows no report %s',
    async (name) => {
      const answer = await get(name);
      expect([answer.status, await answer.json()]).toMatchObject([404, { code: 'NOT_FOUND' }]);
    },
  );

  it('sends while it reads, and stops reading when nobody listens', async () => {
    given = Array.from({ length: 100_000 }, (_, n) => ({ conversation_id: `cnv_${n}` }));
    const answer = await get('conversation?format=csv');
    const reader = answer.body?.getReader();
    await reader?.read();
    expect(taken).toBeLessThan(2000);
    await reader?.cancel();
    expect(closed).toBe(true);
  });

  it('says that the database is away while it still can', async () => {
    failure = new ProblemError('UNAVAILABLE', 'The database does not answer.');
    expect((await get('conversation')).status).toBe(503);
  });

  it('reads nothing for HEAD', async () => {
    const answer = await api.call('HEAD', '/v1/reports/conversation?format=csv');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      'text/csv; charset=utf-8; header=present',
    ]);
    expect(asked).toEqual([]);
  });

  it.each(['agent', 'operator', 'bot', 'connector'] as const)(
    'is not for role %s',
    async (role) => {
      await api.stores.config.create('bots', { id: `${role}-subject`, kind: 'HOOK' });
      const token = await api.tokenFor(role, `${role}-subject`);
      expect((await get('conversation', { token })).status).toBe(403);
    },
  );

  it('restricts a supervisor of teams to their agents, others to nothing', async () => {
    const { config } = api.stores;
    await config.create('agents', { id: 'agt_ana', teamIds: ['red'] });
    await config.create('agents', { id: 'agt_ben', teamIds: ['blue'] });
    await config.create('teams', { id: 'red', supervisorIds: ['sup_red'], memberIds: [] });
    await config.create('teams', { id: 'blue', supervisorIds: [], memberIds: [] });
    for (const subject of ['sup_red', 'sup_all'])
      await get('agent_task', { token: await api.tokenFor('supervisor', subject) });
    expect(asked.map(({ agentIds }) => agentIds)).toEqual([['agt_ana', 'sup_red'], undefined]);
  });
});
