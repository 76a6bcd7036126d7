import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Instance } from '../../../bench/support/instance';
import { eventually } from '../live-api';
import type { Planted } from './customer';
import { type Ground, taken } from './ground';

/** A started product with the configuration of parley.yaml. */
export async function productGround({ url, adminToken }: Instance): Promise<Ground> {
  const ask: Ground['ask'] = (method, path, { token = adminToken, body, headers } = {}) =>
    fetch(`${url}${path}`, {
      method,
      headers: {
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  const ground = {
    ask,
    channels: { generic: 'http', sms: 'sms', web: 'web' },
    twilio: { authToken: 'demo-auth-token-change-me', publicUrl: url, to: '+15550001111' },
    identitySecret: 'demo-identity-secret-change-me',
    ...{ queueId: 'support', agentId: 'agt_ana', agent: '', connector: '' },
  };
  const tokenFor = async (role: string, subject: string) =>
    String((await taken(ground, 'POST', '/v1/tokens', { body: { role, subject } }))['token']);
  const [agent, connector] = [
    await tokenFor('agent', 'agt_ana'),
    await tokenFor('connector', 'partner'),
  ];
  return { ...ground, agent, connector };
}

/** A partner or provider who refuses every message, and quotes it. */
export async function startEcho() {
  const server = createServer((request, answer) => {
    answer.writeHead(422, { 'content-type': 'text/plain' });
    answer.write('this cannot be sent: ');
    request.pipe(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

/**
 * Until a message of theirs was refused by such a partner, who says why with the canary; then their conversations are ended, with the
 * canary as the reason.
 */
export async function refusedAndEnded(
  ground: Ground,
  { canary, conversationIds }: Planted,
): Promise<void> {
  const { id: messageId } = await eventually(async () => {
    const path = `/v1/conversations/${conversationIds[0]}/timeline?limit=200`;
    const items = (await taken(ground, 'GET', path))['items'];
    return (items as { id: string; delivery: { state: string } | null }[]).find(
      ({ delivery }) => delivery?.state === 'FAILED',
    );
  });
  await taken(ground, 'POST', `/v1/channels/${ground.channels.generic}/receipts`, {
    token: ground.connector,
    body: { messageId, status: 'FAILED', reasonCode: canary },
  });
  for (const id of conversationIds)
    await taken(ground, 'DELETE', `/v1/conversations/${id}`, { body: { reason: canary } });
}

/** Until the durable job is done. */
export async function eraseCustomer(ground: Ground, customerId: string): Promise<void> {
  const { jobId } = await taken(ground, 'POST', `/v1/customers/${customerId}/erase`);
  await eventually(async () => {
    const { state } = await taken(ground, 'GET', `/v1/jobs/${jobId}`);
    return state === 'COMPLETED';
  });
}
