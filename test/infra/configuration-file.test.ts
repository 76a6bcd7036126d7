import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createConfigurationChecker } from '../../api/configuration/checker';
import { fileRules } from '../../api/configuration/file-rules';
import { PROVIDERS } from '../../connectors';
import {
  applyConfiguration,
  ConfigurationFileError,
  readConfigurationFile,
} from '../../infra/configuration-file';
import { createStores } from '../../infra/mongo/stores';
import type { Stores } from '../../infra/stores';
import { catalogue } from '../support/catalogue';
import { useDatabase } from '../support/servers';

const FILE = 'parley.yaml';
const DEFAULT = readFileSync(path.join(__dirname, '../..', FILE), 'utf8');
/** A variable as the file writes it. */
const v = (name: string) => `\${${name}}`;
const problemsOf = async (work: () => unknown): Promise<readonly string[]> => {
  try {
    await work();
  } catch (error) {
    if (error instanceof ConfigurationFileError) return error.problems;
    throw error;
  }
  return [];
};

describe('readConfigurationFile', () => {
  it('takes variables from the environment, with and without a default', () => {
    const text = `agents:\n  - { id: a, name: "${v('NAME')} ${v('TITLE:-the first')} $${v('kept')} ${v('EMPTY:-')}" }\n`;
    expect(readConfigurationFile(FILE, text, { NAME: 'Ana', EMPTY: '' })).toEqual({
      agents: [{ id: 'a', name: `Ana the first ${v('kept')} ` }],
    });
  });
  it('names every fault with its place', async () => {
    const text = `agents:\n  - { id: a, name: "${v('A')}" }\n  - { id: a, name: "${v('B:-b')}" }\nshoes: []\nqueues: {}\nteams:\n  - one\n`;
    expect(await problemsOf(() => readConfigurationFile(FILE, text, {}))).toEqual([
      'agents[0].name: the environment has no A',
      expect.stringContaining('shoes: unknown section'),
      'queues: must be a list of objects',
      'teams: must be a list of objects',
      'agents[1].id: a is there twice',
    ]);
  });
  it.each(['a: [', 'a: 1\na: 2', '- list', 'text', 'a: &x [*x, *x]'])(
    'refuses %j',
    async (text) => {
      expect(
        (await problemsOf(() => readConfigurationFile(FILE, text, {}))).length,
      ).toBeGreaterThan(0);
    },
  );
  it('takes an empty file for an empty configuration', () => {
    expect(readConfigurationFile(FILE, '# nothing\n', {})).toEqual({});
  });
});

describe('applyConfiguration', () => {
  const database = useDatabase();
  const known = catalogue();
  let stores: Stores;
  beforeAll(async () => {
    const connectorFacts = (id: string) => known.connectors.get(id) ?? null;
    const logger = { warn: () => undefined, error: () => undefined };
    stores = await createStores({
      mongodbUri: database().uri,
      secrets: ['test-secret-of-enough-length'],
      connectorFacts,
      logger: logger as never,
    });
  });
  afterAll(() => stores.close());
  const refused: string[] = [];
  const checker = createConfigurationChecker({
    ...known,
    outgoing: {
      check: async (url) =>
        refused.includes(url) ? Promise.reject(new Error('refused')) : undefined,
    },
  });
  const apply = (text: string, env: Record<string, string> = {}) =>
    applyConfiguration(
      FILE,
      readConfigurationFile(FILE, text, env),
      stores.config,
      fileRules({ ...known, checker, audit: stores.audit }),
    );

  it('makes the default configuration, needing no environment, and changes nothing the second time', async () => {
    const first = await apply(DEFAULT);
    expect(first).toMatchObject({ replaced: 0, unchanged: 0 });
    expect(await apply(DEFAULT)).toEqual({ created: 0, replaced: 0, unchanged: first.created });
    for (const [resource, id] of [
      ['channels', 'web'],
      ['channels', 'http'],
      ['channels', 'wa'],
      ['channels', 'sms'],
      ['agents', 'agt_ana'],
      ['agents', 'agt_ben'],
      ['agents', 'sup_sara'],
      ['queues', 'billing'],
      ['bots', 'greeter'],
    ] as const)
      expect([id, await stores.config.get(resource, id)]).toEqual([
        id,
        expect.objectContaining({ id, version: 1 }),
      ]);
    expect(await stores.config.settings('wa')).toMatchObject({
      mrdId: 'chat',
      bot: { id: 'greeter', kind: 'HOOK' },
    });
  });
  it('replaces what differs, leaves alone what is not named, and audits with masked secrets', async () => {
    await stores.config.create('teams', { id: 'by-hand', supervisorIds: [], memberIds: [] });
    expect(await apply(DEFAULT, { TWILIO_AUTH_TOKEN: 'a-real-token' })).toMatchObject({
      created: 0,
      replaced: 1,
    });
    expect(await stores.config.get('teams', 'by-hand')).toMatchObject({ version: 1 });
    const { items } = await stores.audit.list({ target: 'connectors/twilio-main' }, { limit: 10 });
    expect(items).toMatchObject([
      {
        action: 'configuration.replaced',
        actor: { type: 'FILE', id: 'parley.yaml' },
        after: { attributes: { authToken: '***' } },
      },
      { action: 'configuration.created' },
    ]);
    expect(JSON.stringify(items)).not.toContain('a-real-token');
  });
  it('names every fault of every object and writes nothing', async () => {
    refused.push('http://10.0.0.1/send');
    const text = `
agents:
  - { id: new, shoe: 1, mrds: [{ mrdId: chat, maxTasks: 101 }] }
connectors:
  - { id: c, providerId: twilio, attributes: { accountSid: AC1 } }
  - { id: d, providerId: pigeon }
`;
    expect([...(await problemsOf(() => apply(text)))].sort()).toEqual([
      'agents[0].mrds[0].maxTasks (new): Too big: expected number to be <=100',
      'agents[0].shoe (new): unknown key',
      expect.stringMatching(/^connectors\[0\]\.attributes\.authToken \(c\): /),
      `connectors[1].providerId (d): one of ${PROVIDERS.map(({ id }) => id).join(', ')}`,
    ]);
    const among = `
queues:
  - { id: q, mrdId: none, reservationSeconds: 300 }
connectors:
  - { id: c, providerId: http, attributes: { sendUrl: 'http://10.0.0.1/send', inboundSecret: whsec_${'A'.repeat(32)}, outboundSecret: whsec_${'A'.repeat(32)} } }
channels:
  - { id: x, channelType: GENERIC, serviceIdentifier: partner, connectorId: c, queueId: q, listId: l }
`;
    expect([...(await problemsOf(() => apply(among)))].sort()).toEqual([
      expect.stringMatching(/^channels\[0\]\.agentRequestTtlSeconds \(x\): /),
      'channels[0].listId (x): no such object in lists',
      'channels[0].serviceIdentifier (x): channel http has it',
      expect.stringMatching(/^connectors\[0\]\.attributes\.sendUrl \(c\): /),
      'queues[0].mrdId (q): no such object in mrds',
      expect.stringMatching(/^queues\[0\]\.reservationSeconds \(q\): /),
    ]);
    expect([
      await stores.config.get('queues', 'q'),
      await stores.config.get('agents', 'new'),
    ]).toEqual([null, null]);
  });
  it('is the same whoever of several replicas comes first', async () => {
    const text =
      'teams:\n  - { id: raced, name: Raced }\nagents:\n  - { id: agt_raced, teamIds: [raced] }\n';
    const all = await Promise.all([apply(text), apply(text), apply(text)]);
    expect(all.reduce((sum, { created }) => sum + created, 0)).toBe(2);
    expect(await stores.config.get('agents', 'agt_raced')).toMatchObject({ version: 1 });
  });
});
