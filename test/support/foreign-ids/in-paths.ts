/** A text that every message route takes. */
export const PLAIN = { type: 'PLAIN', text: 'Hi' };
const TO = { to: { agentId: 'agt_ben' } };
/** What each route takes, complete: it must fail for the id alone. */
export const BODIES: Readonly<Record<string, unknown>> = {
  'POST /v1/channels/{channelId}/messages': {
    providerMessageId: 'p-foreign',
    customer: { identifier: 'foreign' },
    body: PLAIN,
  },
  'POST /v1/channels/{channelId}/sessions': { customer: { identifier: 'foreign' } },
  'PATCH /v1/channels/{channelId}/sessions/{customerIdentifier}': { channelData: {} },
  'POST /v1/channels/{channelId}/receipts': { messageId: 'msg_1', status: 'READ' },
  'POST /v1/channels/{channelId}/typing': { customerIdentifier: 'foreign', typing: true },
  'POST /v1/conversations/{id}/messages': { body: PLAIN, controlEpoch: 1 },
  'PATCH /v1/conversations/{id}/messages/{messageId}': { body: PLAIN },
  'PUT /v1/conversations/{id}/messages/{messageId}/reaction': { emoji: '👍' },
  'POST /v1/conversations/{id}/typing': { typing: true },
  'POST /v1/conversations/{id}/read': { seq: 1 },
  'POST /v1/conversations/{id}/suggestions': { body: PLAIN },
  'POST /v1/conversations/{id}/suggestions/{suggestionId}': { action: 'USED' },
  'PATCH /v1/conversations/{id}/participants/{agentId}': { role: 'OBSERVER' },
  'POST /v1/conversations/{id}/agent-requests': { queueId: 'support' },
  'POST /v1/conversations/{id}/transfers': { ...TO, kind: 'COLD' },
  'POST /v1/conversations/{id}/consults': TO,
  'POST /v1/conversations/{id}/conferences': TO,
  'POST /v1/conversations/{id}/hold': { seconds: 60 },
  'POST /v1/conversations/{id}/notes': { text: 'x' },
  'POST /v1/conversations/{id}/whispers': { text: 'x' },
  'POST /v1/conversations/{id}/wrap-ups': { skip: true },
  'POST /v1/conversations/{id}/hand-raise': { raised: true },
  'POST /v1/conversations/{id}/agent-sla': { answer: 'STAY' },
  'PATCH /v1/conversations/{id}/data': { key: 'x' },
  'POST /v1/conversations/{id}/control': { action: 'RELEASE' },
  'PUT /v1/agents/{id}/state': { state: 'READY' },
  'PUT /v1/agents/{id}/mrds/{mrdId}/state': { state: 'READY' },
  'POST /deepchat/{channelId}/messages': { messages: [{ role: 'user', text: 'x' }] },
};
/** Where an id gives nothing away that the caller may not have, and why. */
export const FREE: Readonly<Record<string, string>> = {
  'POST /v1/conversations/{id}/participants': 'joining needs only the id (http-api.md section 4)',
  'GET /v1/customers/{id}': 'needed to link and merge',
  'PATCH /v1/customers/{id}': 'needed to link and merge',
  'GET /v1/customers/{id}/conversations':
    'of the customer; its items are those that the caller may read',
  'POST /v1/customers/{id}/identities': 'linking, audited',
  'DELETE /v1/customers/{id}/identities': 'linking, audited',
  'POST /v1/customers/{id}/merge': 'merging, audited',
  'GET /v1/lists/{id}/requests': 'a list is for every agent',
  'POST /deepchat/{channelId}/files': 'a form, not JSON: test/api/deepchat.test.ts',
};
/** That there is such a one is no secret to an agent: all see the customers, and an offer that somebody else got is gone, not unknown. */
export const KNOWN = ['/v1/customers/', '/v1/tasks/'];
