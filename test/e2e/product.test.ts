import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../bench/support/browser';
import { type Instance, startInstance } from '../../bench/support/instance';
import { repositoryRoot } from '../../workers/bundle';
import { type FakeMailboxServer, startFakeMailboxServer } from '../support/fakes/mailbox-server';
import { startCollector } from '../support/fakes/otlp';
import { eventually } from '../support/live-api';
import { type Planted, plantCustomer } from '../support/planted/customer';
import type { Ground } from '../support/planted/ground';
import {
  foreignStreams,
  heardByWhomeverItIsFor,
  type Listeners,
  listenOnSockets,
  listenTo,
  ownStreamsOf,
} from '../support/planted/listeners';
import {
  openOtherWays,
  type PlantedElsewhere,
  plantElsewhere,
  startQuotingRelay,
} from '../support/planted/other-ways';
import { dump, filesWith, placesOf, putBack, toldByTemporal } from '../support/planted/places';
import {
  eraseCustomer,
  productGround,
  refusedAndEnded,
  startEcho,
} from '../support/planted/product';
import { everythingThatIsRead, strangersTo } from '../support/planted/readers';
import { askInVain } from '../support/planted/wrong-requests';

/** What a browser keeps for a page. */
interface Kept {
  setItem(name: string, value: string): void;
}

const PATIENCE_MS = Number(process.env['PARLEY_TEST_PATIENCE'] ?? 120) * 1000;

let parley: Instance;
let browser: Browser;
let collector: Awaited<ReturnType<typeof startCollector>>;
let partner: Awaited<ReturnType<typeof startEcho>>;
let relay: Awaited<ReturnType<typeof startQuotingRelay>>;
let mailbox: FakeMailboxServer;

beforeAll(async () => {
  const configFile = path.join(repositoryRoot(), 'parley.yaml');
  [collector, partner, relay, mailbox] = await Promise.all([
    startCollector(),
    startEcho(),
    startQuotingRelay(),
    startFakeMailboxServer(),
  ]);
  const env = {
    PARLEY_ALLOWED_PRIVATE_HOSTS: '127.0.0.1',
    PARLEY_PAYLOAD_ENCRYPTION: 'on',
    PARTNER_SEND_URL: `${partner.url}/messages`,
    TWILIO_BASE_URL: partner.url,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    LOG_LEVEL: 'trace',
    QUIET: 'on',
  };
  browser = await launchBrowser();
  parley = await startInstance({ configFile, env });
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await parley?.stop();
  await Promise.all([collector, partner, relay, mailbox].map((server) => server?.close()));
}, 60_000);

describe('what a customer says', () => {
  let mine: Planted;
  let elsewhere: PlantedElsewhere;
  let strangers: Awaited<ReturnType<typeof strangersTo>>;
  let listeners: Listeners;
  let sockets: Listeners;
  let ground: Ground;
  let temporal: Client;
  let backup: Awaited<ReturnType<typeof dump>>;
  let traces: readonly string[];
  beforeAll(async () => {
    ground = await productGround(parley);
    const connection = await Connection.connect({ address: parley.temporalAddress });
    temporal = new Client({ connection });
    const servers = { smtpPort: relay.port, mailbox };
    await openOtherWays(ground, servers);
    strangers = await strangersTo(ground);
    listeners = await listenTo(ground, ownStreamsOf(strangers));
    sockets = await listenOnSockets(ground);
    mine = await plantCustomer(ground);
    elsewhere = await plantElsewhere(ground, mine.canary, servers);
    mine = {
      ...mine,
      customerIds: [...mine.customerIds, ...elsewhere.customerIds],
      conversationIds: [...mine.conversationIds, ...elsewhere.conversationIds],
    };
    traces = [mine.canary, mine.digits];
    expect((await askInVain(ground, mine)).filter((status) => status >= 500)).toEqual([]);
    await refusedAndEnded(ground, mine);
  }, 240_000);
  afterAll(async () => {
    await listeners?.close();
    await sockets?.close();
    await temporal?.connection.close();
  });

  it('is in no file, log line, figure, span or raw history, and in no name of anything', async () => {
    const [customerId = ''] = mine.customerIds;
    // Where it is looked for: the same search finds what may be there.
    const files = await filesWith(parley.dataDir, customerId);
    expect(files).toEqual(expect.arrayContaining(['output.log', 'temporal/temporal.db-wal']));
    const told = await toldByTemporal(temporal);
    expect([...told.keys()].join()).toContain(customerId);
    await eventually(async () => collector.raw.join().includes(customerId));
    const figures = await Promise.all(
      Object.values(parley.metricsUrls).map(async (url) => (await fetch(`${url}/metrics`)).text()),
    );
    for (const text of figures) expect(text).toMatch(/parley_|temporal_/);

    expect(await filesWith(parley.dataDir, ...traces)).toEqual([]);
    for (const text of [...told.values(), ...collector.raw, ...figures])
      expect(traces.filter((trace) => text.includes(trace))).toEqual([]);
  }, 120_000);

  it('is told to nobody else', async () => {
    for (const stranger of strangers) {
      const { walked, told } = await everythingThatIsRead(ground, stranger, mine, traces);
      expect(told).toEqual([]);
      expect(walked).toBeGreaterThan(stranger.atLeast);
    }
    expect(await elsewhere.byAnotherVisitor()).toBe(404);
  }, 120_000);

  it('is on no stream of anybody else', async () => {
    const [id = ''] = mine.conversationIds;
    await heardByWhomeverItIsFor(ground, id, mine.canary);
    const statuses = await foreignStreams(ground, strangers, mine.conversationIds);
    expect(statuses.filter((status) => ![401, 403, 404].includes(status))).toEqual([]);
    // The strangers' own streams told something all the while, and nothing of this.
    const everything = () => new Map([...listeners.heard(), ...sockets.heard()]);
    expect(everything().size).toBe(strangers.length + 2);
    await eventually(async () => ![...everything().values()].includes(''));
    const leaks = [...everything()].filter(([, text]) =>
      traces.some((trace) => text.includes(trace)),
    );
    expect(leaks).toEqual([]);
  }, 120_000);

  it('is nowhere any more once they were erased', async () => {
    const places = await placesOf(parley.mongoUri, ...traces);
    expect(places.length).toBeGreaterThan(20);
    expect(places.join()).toContain('unparsed ');
    backup = await dump(parley.mongoUri);
    await Promise.all(mine.customerIds.map((customerId) => eraseCustomer(ground, customerId)));
    expect(await placesOf(parley.mongoUri, ...traces)).toEqual([]);
    expect(await filesWith(parley.dataDir, ...traces)).toEqual([]);
    // What Temporal has of them is sealed, and nobody has the keys.
    for (const customerId of mine.customerIds) {
      const told = await toldByTemporal(temporal, `WorkflowId = "conversation:${customerId}"`);
      expect(traces.filter((trace) => [...told.values()].join().includes(trace))).toEqual([]);
    }
    const admin = { role: 'admin', token: parley.adminToken, spared: [] };
    expect(await everythingThatIsRead(ground, admin, mine, traces)).toMatchObject({ told: [] });
    const repeated = await mine.repeat();
    expect(traces.filter((trace) => repeated.includes(trace))).toEqual([]);
  }, 240_000);

  it('leaves a run that opens in the Temporal Web UI and says that it was erased', async () => {
    const [customerId = ''] = mine.customerIds;
    const codec = `${parley.metricsUrls.api}/codec`;
    const context = await browser.newContext();
    context.setDefaultTimeout(PATIENCE_MS);
    // As docs/operations.md says: signed in, and the codec endpoint set in this browser.
    const token = parley.adminToken;
    expect((await context.request.post(`${codec}/session`, { form: { token } })).status()).toBe(
      200,
    );
    await context.addInitScript(
      ([endpoint = '']) => {
        const { localStorage: kept } = globalThis as unknown as { localStorage: Kept };
        kept.setItem('endpoint', JSON.stringify(endpoint));
        kept.setItem('includeCredentials', 'true');
        kept.setItem('overrideRemoteCodecConfiguration', 'true');
      },
      [codec],
    );
    const page = await context.newPage();
    const { runId } = await temporal.workflow.getHandle(`conversation:${customerId}`).describe();
    const workflow = encodeURIComponent(`conversation:${customerId}`);
    await page.goto(
      `${parley.temporalUiUrl}/namespaces/default/workflows/${workflow}/${runId}/history`,
    );
    await page.getByText('Workflow Execution Completed').first().waitFor();
    await page.getByText('{"erased":true}').first().waitFor();
    await context.close();
  }, 240_000);

  it('is erased again from a restored backup before an api that starts serves', async () => {
    const restored = ['customers', 'identities', 'conversations', 'timeline', 'sends', 'unparsed'];
    await putBack(parley.mongoUri, backup, restored, ...traces);
    const back = (await placesOf(parley.mongoUri, ...traces)).map((place) => place.split(' ')[0]);
    expect([...new Set(back)].sort()).toEqual([...restored].sort());
    await parley.kill('api');
    await eventually(async () => !(await fetch(`${parley.url}/readyz`).catch(() => null)));
    await parley.ready();
    expect(await placesOf(parley.mongoUri, ...traces)).toEqual([]);
  }, 240_000);
});

describe('npm run demo', () => {
  it('plays the whole story and verifies the archive', async () => {
    const { code, output } = await demo('--url', parley.url, '--token', parley.adminToken);
    expect(output).toContain('reported it delivered');
    expect(output).toContain('archive=VERIFIED');
    expect(output).toContain('hash chain computed again');
    expect(output).not.toContain('\u001b'); // no colours but on a terminal
    expect(code).toBe(0);
  }, 240_000);

  it('--agents: two agents and a supervisor at work with a queue', async () => {
    const to = ['--url', parley.url, '--token', parley.adminToken];
    const { code, output } = await demo('--agents', ...to);
    expect(output).toContain('one took it, 1 was told CONFLICT');
    expect(output).toContain('TRANSFER_COMPLETED');
    expect(output).toContain('reason=FORCE_LOGOUT');
    expect(output).toContain('archive=VERIFIED');
    expect(code).toBe(0);
  }, 240_000);

  it('says so when nothing answers', async () => {
    const { code, output } = await demo('--url', 'http://127.0.0.1:9');
    expect(output).toContain(
      'Nothing answers at http://127.0.0.1:9. Start Parley with `npm start`',
    );
    expect(code).toBe(1);
  }, 60_000);
});

describe('the webchat demo page', () => {
  it('holds a chat with bot and agent through a reload, a second tab and a killed worker and api', async () => {
    const { page, complaints } = await openDemo();
    await button(page, 'Open chat').click();
    await button(page, 'Opening hours').click();
    await page.getByText('Monday to Friday').waitFor();
    await write(page, 'My cup arrived chipped.');
    await button(page, 'Talk to a human').click();
    await page.getByText('One moment').waitFor();

    const conversation = await conversationOf(page);
    const agent = await signIn('agt_ana');
    await agent('POST', `/v1/conversations/${conversation}/participants`, {
      agentId: 'agt_ana',
      role: 'PRIMARY',
    });
    await page.getByText('Ana joined the chat').waitFor();
    await agent('POST', `/v1/conversations/${conversation}/typing`, { typing: true });
    await page.getByText('Ana is writing…').waitFor();
    await agent(
      'POST',
      `/v1/conversations/${conversation}/messages`,
      say('A new one is on its way.'),
    );
    await page.getByText('A new one is on its way.').waitFor();

    await page.reload();
    await button(page, 'Open chat').click();
    await page.getByText('A new one is on its way.').waitFor();
    const tab = await page.context().newPage();
    await tab.goto(`${parley.url}/webchat/web/demo`);
    await button(tab, 'Open chat').click();
    await tab.getByText('A new one is on its way.').waitFor();

    await parley.kill('worker');
    await write(tab, 'Written while nobody was there.');
    await parley.kill('api');
    await write(page, 'Written while nobody answered.');
    await parley.ready();
    for (const text of ['Written while nobody was there.', 'Written while nobody answered.'])
      for (const where of [page, tab]) await where.getByText(text, { exact: true }).waitFor();
    await page.getByText('Sent', { exact: true }).waitFor();
    await tab.close();

    await until(() => agent('DELETE', `/v1/conversations/${conversation}/participants/agt_ana`));
    await page.getByText('Ana left the chat').waitFor();
    await page.getByRole('button', { name: '5', exact: true }).click();
    await page.getByText('The chat has ended').waitFor();
    for (const text of ['Written while nobody was there.', 'Written while nobody answered.'])
      expect(await page.getByText(text, { exact: true }).count()).toBe(1);
    expect(complaints).toEqual([]);
    await page.context().close();
  }, 400_000);
});

describe('a page of another site', () => {
  it('may use the channel once its origin is listed, and not before', async () => {
    const site = await serveSite('');
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(site.origin);
    await button(page, 'Open chat').click();
    await page.getByText('The chat cannot be reached right now.').waitFor();
    await list(site.origin);
    await button(page, 'Try again').click();
    await page.getByText('What can we do for you?').waitFor();
    await page.close();
    await site.close();
  }, 240_000);

  it('can vouch for a visitor, who then has the same chat on every device', async () => {
    const secret = 'demo-identity-secret-change-me'; // parley.yaml
    const hash = createHmac('sha256', secret).update('mia@shop').digest('hex');
    const site = await serveSite(`data-identifier="mia@shop" data-identifier-hash="${hash}"`);
    await list(site.origin);
    const [phone, laptop] = [await browser.newPage(), await browser.newPage()]; // a context each
    for (const page of [phone, laptop]) page.setDefaultTimeout(PATIENCE_MS);
    await phone.goto(site.origin);
    await button(phone, 'Open chat').click();
    await phone.getByText('What can we do for you?').waitFor();
    await write(phone, 'From my phone');
    await laptop.goto(site.origin);
    await button(laptop, 'Open chat').click();
    await laptop.getByText('From my phone').waitFor();
    for (const page of [phone, laptop]) await page.close();
    await site.close();
  }, 240_000);
});

/** Another site: one page with the widget, under a policy that allows nothing else. */
async function serveSite(attributes: string) {
  const server = createServer((_request, answer) => {
    answer.setHeader('content-type', 'text/html');
    answer.setHeader(
      'content-security-policy',
      `default-src 'none'; script-src ${parley.url}; connect-src ${parley.url}`,
    );
    answer.end(
      `<!doctype html><html lang="en"><title>Shop</title><body><script src="${parley.url}/widget.js?channelId=web" ${attributes}></script></body></html>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** Puts an origin on the channel's list, and waits until the api goes by it. */
async function list(origin: string): Promise<void> {
  const path = '/v1/channels/web';
  const stored = (await call(parley.adminToken, 'GET', path)) as {
    version: number;
    origins: string[];
  };
  const {
    version,
    createdAt: _created,
    updatedAt: _updated,
    ...channel
  } = {
    createdAt: null,
    updatedAt: null,
    ...stored,
  };
  const answer = await fetch(`${parley.url}${path}`, {
    method: 'PUT',
    headers: {
      authorization: `Bearer ${parley.adminToken}`,
      'content-type': 'application/json',
      'if-match': `"${version}"`,
    },
    body: JSON.stringify({ ...channel, origins: [...channel.origins, origin] }),
  });
  if (!answer.ok) throw new Error(await answer.text());
  await eventually(async () => {
    const headers = { origin, 'access-control-request-method': 'POST' };
    const preflight = await fetch(`${parley.url}/webchat/web/sessions`, {
      method: 'OPTIONS',
      headers,
    });
    return preflight.headers.get('access-control-allow-origin') === origin;
  });
}

/** The demo page, watched for requests to others and for what its policy stops. */
async function openDemo() {
  const context = await browser.newContext();
  context.setDefaultTimeout(PATIENCE_MS);
  const complaints: string[] = [];
  context.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== parley.url && protocol !== 'data:') complaints.push(request.url());
  });
  context.on('weberror', (error) => complaints.push(error.error().message));
  context.on('console', (message) => {
    if (/content security policy|trusted/i.test(message.text())) complaints.push(message.text());
  });
  const page = await context.newPage();
  await page.goto(`${parley.url}/webchat/web/demo`);
  return { page, complaints };
}

function button(page: Page, name: string) {
  return page.getByRole('button', { name });
}
async function write(page: Page, text: string): Promise<void> {
  await page.getByLabel('Message').fill(text);
  await button(page, 'Send').click();
}
const say = (text: string) => ({ body: { type: 'PLAIN', text } });

/** Of the visitor whose token the page keeps. */
async function conversationOf(page: Page): Promise<string> {
  const stored = await page.evaluate(() =>
    JSON.stringify((globalThis as unknown as { localStorage: object }).localStorage),
  );
  const [visitor] = Object.values(JSON.parse(stored) as Record<string, string>);
  const { visit } = JSON.parse(visitor ?? '{}') as { visit: { customerId: string } };
  const path = `/v1/customers/${visit.customerId}/conversation`;
  return ((await call(parley.adminToken, 'GET', path)) as { id: string }).id;
}

async function signIn(agentId: string) {
  const { token } = (await call(parley.adminToken, 'POST', '/v1/tokens', {
    role: 'agent',
    subject: agentId,
  })) as { token: string };
  return (method: string, path: string, body?: object) => call(token, method, path, body);
}

async function call(token: string, method: string, path: string, body?: object): Promise<unknown> {
  const answer = await fetch(`${parley.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : null;
}

/** The killed worker's pollers may not be back yet: what is asked of the conversation is asked again. */
async function until(done: () => Promise<unknown>): Promise<void> {
  const patience = Date.now() + PATIENCE_MS;
  for (;;) {
    const failed = await done().then(
      () => null,
      (error: Error) => error,
    );
    if (!failed) return;
    if (Date.now() > patience) throw failed;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

function demo(...args: string[]): Promise<{ code: number | null; output: string }> {
  const script = path.join(repositoryRoot(), 'dist/scripts/demo.js');
  const child = spawn(process.execPath, [script, '--twilio-port', '0', ...args]);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data) => (output += String(data)));
  return new Promise((resolve) => child.once('exit', (code) => resolve({ code, output })));
}
