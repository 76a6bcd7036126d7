import type { Store } from 'hono-rate-limiter';
import type { AppEnv } from '../../api/context';
import { createCustomerTokens } from '../../api/customer-token';
import { problemAnswer } from '../../api/errors';
import { rateLimit } from '../../api/middleware/rate-limit';
import { createRouter } from '../../api/openapi';
import type { ApiLimits } from '../../api/settings';
import { SECRETS, testApi } from '../support/api';
import { catalogue } from '../support/catalogue';

const broken: Store<AppEnv> = {
  increment: () => Promise.reject(new Error('the store is away')),
  decrement: () => undefined,
  resetKey: () => undefined,
};
const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe('rateLimit', () => {
  it('whose store fails lets signed webhooks through, and nobody else', async () => {
    const app = createRouter();
    app.onError((error, c) => problemAnswer(error, c, logger));
    app.use(rateLimit({ limit: 1, windowSeconds: 1, key: () => 'k', store: broken }));
    for (const path of ['/webhooks/:channelId', '/webchat/:channelId/sessions', '/v1/tokens'])
      app.post(path, (c) => c.text('through'));
    const status = async (path: string) => (await app.request(path, { method: 'POST' })).status;
    expect([
      await status('/webhooks/wa'),
      await status('/webchat/web/sessions'),
      await status('/v1/tokens'),
    ]).toEqual([200, 503, 503]);
  });
});

describe('budgets', () => {
  type Ask = readonly [path: string, body?: unknown, token?: string, headers?: object];
  const visitor = { subject: 'cus_1', channelId: 'web', identifier: 'v1' };
  const { sign } = createCustomerTokens(SECRETS, () => new Date());
  const named = (identifier: string) => ({ customer: { identifier } });
  const outbound = (identifier: string) => ({
    channelId: 'sms',
    ...named(identifier),
    body: { type: 'PLAIN', text: 'Hi' },
  });

  /** Whether each request, in order, was over a budget of two in a window. What else became of it is not asked. */
  async function over(budget: keyof ApiLimits, asks: readonly Ask[]): Promise<boolean[]> {
    const api = testApi({ ...catalogue(), limits: { [budget]: 2 } });
    await api.stores.config.create('bots', { id: 'helper', kind: 'HOOK' });
    const tokens: Record<string, string | null> = { nobody: null };
    for (const role of ['agent', 'bot', 'connector', 'supervisor', 'admin'] as const)
      tokens[role] = await api.tokenFor(role, role === 'bot' ? 'helper' : role);
    for (const name of ['visitor', 'another'])
      tokens[name] = (await sign({ ...visitor, subject: `cus_${name}` }, 60)).token;
    const statuses: number[] = [];
    for (const [path, body, who = 'agent', headers = {}] of asks) {
      const method = path.startsWith('/v1/reports') ? 'GET' : 'POST';
      const answer = await api.call(method, path, {
        token: tokens[who] ?? null,
        body,
        headers: headers as Record<string, string>,
      });
      statuses.push(answer.status);
      if (answer.status !== 429) continue;
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(30);
      expect(await answer.json()).toMatchObject({ code: 'RATE_LIMITED' });
    }
    return statuses.map((status) => status === 429);
  }
  const thrice = (ask: Ask): readonly Ask[] => [ask, ask, ask];

  it.each<[string, keyof ApiLimits, Ask, Ask]>([
    [
      'chats of a visitor whom the site names',
      'startsPerCustomer',
      ['/webchat/web/sessions', named('ana'), 'nobody'],
      ['/webchat/web/sessions', named('ben'), 'nobody'],
    ],
    [
      'chats of a visitor who comes back',
      'startsPerCustomer',
      ['/webchat/web/sessions', {}, 'visitor'],
      ['/webchat/web/sessions', {}, 'another'],
    ],
    [
      'chats of a customer whom a connector names',
      'startsPerCustomer',
      ['/v1/channels/sms/sessions', named('+1 555 0100'), 'connector'],
      ['/v1/channels/sms/sessions', named('+1 555 0199'), 'connector'],
    ],
    [
      'chats by Direct Line',
      'startsPerCustomer',
      ['/directline/web/conversations', {}, 'visitor'],
      ['/directline/web/conversations', {}, 'another'],
    ],
    [
      'first messages to a number, whoever sends them',
      'outboundPerNumber',
      ['/v1/conversations', outbound('+1 (555) 0100')],
      ['/v1/conversations', outbound('+15550101')],
    ],
    [
      'first messages of a token',
      'outboundPerToken',
      ['/v1/conversations', outbound('+15550100'), 'bot'],
      ['/v1/conversations', outbound('+15550100'), 'agent'],
    ],
    [
      'exports of a customer',
      'exportsPerCustomer',
      ['/v1/customers/cus_1/export', undefined, 'admin'],
      ['/v1/customers/cus_2/export', undefined, 'admin'],
    ],
    [
      'exports by a token',
      'exportsPerToken',
      ['/v1/customers/cus_1/export', undefined, 'admin'],
      ['/v1/customers/cus_1/export', undefined, 'supervisor'],
    ],
    [
      'reports',
      'reportsPerToken',
      ['/v1/reports/agent_states?from=x', undefined, 'admin'],
      ['/v1/reports/agent_states?from=x', undefined, 'supervisor'],
    ],
    [
      'files of a visitor',
      'uploadsPerCustomer',
      ['/webchat/media', '', 'visitor'],
      ['/webchat/media', '', 'another'],
    ],
    [
      'files of a visitor of Deep Chat',
      'uploadsPerCustomer',
      ['/deepchat/web/files', '', 'visitor'],
      ['/deepchat/web/files', '', 'another'],
    ],
    [
      'files by Direct Line',
      'uploadsPerCustomer',
      ['/directline/web/conversations/c/upload', '', 'visitor'],
      ['/directline/web/conversations/c/upload', '', 'another'],
    ],
    [
      'files of a token',
      'uploadsPerToken',
      ['/v1/media', '', 'connector'],
      ['/v1/media', '', 'agent'],
    ],
  ])('%s end, and those of nobody else', async (_what, budget, ask, other) => {
    expect(await over(budget, [...thrice(ask), other])).toEqual([false, false, true, false]);
  });

  it('a number is one however it is written, and a stranger always somebody new', async () => {
    const written = ['+1 555 0100', '+1-555-0100', '+15550100'].map(
      (number): Ask => ['/v1/conversations', outbound(number)],
    );
    expect(await over('outboundPerNumber', written)).toEqual([false, false, true]);
    const stranger: Ask = ['/webchat/web/sessions', {}, 'nobody'];
    expect(await over('startsPerCustomer', thrice(stranger))).toEqual([false, false, false]);
  });

  it('what a provider delivers has none', async () => {
    const delivered: Ask = ['/webhooks/sms', '{}', 'nobody'];
    for (const budget of ['startsPerCustomer', 'uploadsPerCustomer'] as const)
      expect(await over(budget, thrice(delivered))).toEqual([false, false, false]);
  });
});
