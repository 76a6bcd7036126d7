import type { Planted } from './customer';
import type { Ground } from './ground';

/** Requests with the canary wherever a request may say something, each of them refused or in vain; the answers' statuses. */
export async function askInVain(
  ground: Ground,
  { canary, conversationIds: [conversationId = ''] }: Planted,
): Promise<readonly number[]> {
  const { ask, channels, connector } = ground;
  const text = { type: 'PLAIN', text: canary };
  const conversation = `/v1/conversations/${conversationId}`;
  const messages = `/v1/channels/${channels.generic}/messages`;
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const asked: Parameters<Ground['ask']>[] = [
    ['GET', `/v1/conversations?q=${canary}`],
    ['GET', `/v1/conversations?state=${canary}`],
    ['GET', `/v1/customers?q=${canary}&cursor=${canary}`],
    ['GET', `/v1/customers/${canary}/conversation`],
    ['GET', `/${canary}`],
    ['GET', `/v1/customers?channelId=${channels.generic}&identifier=${canary}`],
    ['GET', conversation, { token: canary }],
    ['POST', `${conversation}/messages`, { body: { body: { ...text, [canary]: canary } } }],
    ['POST', `${conversation}/messages`, { body: { body: { type: canary } } }],
    ['PATCH', `${conversation}/data`, { body: { [`not ${canary}`]: canary } }],
    ['POST', messages, { token: connector, body: `{"customer": ${canary}` }],
    ['POST', messages, { token: connector, body: { customer: { identifier: canary } } }],
    ['POST', `${messages}?${canary}=${canary}`, { token: connector, body: [canary] }],
    ['POST', `/webhooks/${canary}`, { token: null, body: canary }],
    ['POST', `/webhooks/${channels.sms}`, { token: null, body: `Body=${canary}`, headers: form }],
    ['POST', `/webhooks/${channels.generic}`, { token: null, body: { text: canary } }],
    ['POST', `/webchat/${channels.web}/sessions`, { token: null, body: { customer: canary } }],
    ['POST', '/webchat/messages', { token: canary, body: { clientMessageId: canary } }],
  ];
  return Promise.all(
    asked.map(async (request) => {
      const answer = await ask(...request);
      await answer.body?.cancel();
      return answer.status;
    }),
  );
}
