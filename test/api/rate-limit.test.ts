import type { Store } from 'hono-rate-limiter';
import type { AppEnv } from '../../api/context';
import { problemAnswer } from '../../api/errors';
import { rateLimit } from '../../api/middleware/rate-limit';
import { createRouter } from '../../api/openapi';

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
