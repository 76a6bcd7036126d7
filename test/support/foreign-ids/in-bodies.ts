import { PLAIN } from './in-paths';

/** Who may name an id of somebody else. */
export const ROLES = ['agent', 'bot', 'connector', 'customer'] as const;
export type Caller = (typeof ROLES)[number];

type Naming = readonly [
  caller: Caller,
  /** Given the path of the caller's own conversation. */
  path: (own: string) => string,
  body?: (id: string) => unknown,
];
const ownPath = (path: string) => (own: string) => `${own}${path}`;
const listOf = (path: string) => () => path;
/** The channel of another connector. */
export const STRANGE = '/v1/channels/strange';
const message = (more: object) => ({
  providerMessageId: `p-${Math.random()}`,
  customer: { identifier: 'stranger' },
  body: PLAIN,
  ...more,
});
const file = (mediaId: string) => ({ body: { type: 'FILE', mediaId } });
/** What a query or body that names somebody else's is answered: by place, who asks, and how the id is given. */
export const NAMED: Readonly<Record<string, Naming>> = {
  'GET /v1/conversations customerId': ['agent', listOf('/v1/conversations')],
  'GET /v1/conversations agentId': ['agent', listOf('/v1/conversations')],
  'GET /v1/tasks agentId': ['agent', listOf('/v1/tasks')],
  'GET /v1/tasks conversationId': ['agent', listOf('/v1/tasks')],
  'POST /v1/conversations/{id}/messages channelSessionId': [
    'agent',
    ownPath('/messages'),
    (channelSessionId) => ({ body: PLAIN, channelSessionId }),
  ],
  'POST /v1/conversations/{id}/messages body.mediaId': ['agent', ownPath('/messages'), file],
  'POST /v1/conversations/{id}/messages replyTo': [
    'agent',
    ownPath('/messages'),
    (replyTo) => ({ body: PLAIN, replyTo }),
  ],
  'POST /v1/conversations/{id}/typing channelSessionId': [
    'agent',
    ownPath('/typing'),
    (channelSessionId) => ({ typing: true, channelSessionId }),
  ],
  'POST /v1/conversations/{id}/participants agentId': [
    'agent',
    ownPath('/participants'),
    (agentId) => ({ agentId, role: 'ASSISTANT' }),
  ],
  'POST /v1/conversations/{id}/control to': [
    'agent',
    ownPath('/control'),
    (to) => ({ action: 'PASS', to }),
  ],
  'POST /v1/conversations body.mediaId': [
    'agent',
    listOf('/v1/conversations'),
    (mediaId) => ({
      channelId: 'generic',
      customer: { identifier: 'somebody' },
      ...file(mediaId),
    }),
  ],
  'POST /v1/channels/{channelId}/messages body.mediaId': [
    'connector',
    listOf(`${STRANGE}/messages`),
    (mediaId) => message(file(mediaId)),
  ],
  'POST /v1/channels/{channelId}/receipts messageId': [
    'connector',
    listOf(`${STRANGE}/receipts`),
    (messageId) => ({ messageId, status: 'FAILED' }),
  ],
  'POST /v1/channels/{channelId}/typing customerIdentifier': [
    'connector',
    listOf(`${STRANGE}/typing`),
    (customerIdentifier) => ({ customerIdentifier, typing: true }),
  ],
  'POST /webchat/read conversationId': [
    'customer',
    listOf('/webchat/read'),
    (conversationId) => ({ seq: 1, conversationId }),
  ],
  'POST /webchat/messages body.mediaId': [
    'customer',
    listOf('/webchat/messages'),
    (mediaId) => ({ clientMessageId: `c-${Math.random()}`, ...file(mediaId) }),
  ],
};
const colleagues = 'every agent may ask every colleague and queue';
const configured = 'a configured object, not somebody’s';
const provider = 'a name of the provider’s own, read within the channel alone: the last test below';
const linking = 'linking and merging are for agents, who see all customers; audited';
/** Places where every id is the caller's to name, and why. */
export const FREE_TO_NAME: Readonly<Record<string, string>> = {
  'POST /v1/channels/{channelId}/messages providerMessageId': provider,
  'POST /v1/channels/{channelId}/messages customer.identifier': provider,
  'POST /v1/channels/{channelId}/messages replyTo': provider,
  'POST /v1/channels/{channelId}/sessions customer.identifier': provider,
  'POST /v1/channels/{channelId}/receipts providerMessageId': provider,
  'GET /v1/conversations channelId': configured,
  'GET /v1/conversations queueId': configured,
  'GET /v1/tasks queueId': configured,
  'GET /v1/customers channelId': configured,
  'GET /v1/customers identifier': linking,
  'POST /v1/conversations channelId': configured,
  'POST /v1/conversations customer.identifier': linking,
  'POST /v1/customers/{id}/identities channelId': linking,
  'POST /v1/customers/{id}/identities identifier': linking,
  'DELETE /v1/customers/{id}/identities channelId': linking,
  'DELETE /v1/customers/{id}/identities identifier': linking,
  'POST /v1/customers/{id}/merge intoCustomerId': linking,
  'POST /v1/conversations/{id}/agent-requests queueId': colleagues,
  'POST /v1/conversations/{id}/agent-requests agentId': colleagues,
  ...Object.fromEntries(
    ['transfers', 'consults', 'conferences'].flatMap((kind) =>
      ['to', 'to.queueId', 'to.agentId'].map((place) => [
        `POST /v1/conversations/{id}/${kind} ${place}`,
        colleagues,
      ]),
    ),
  ),
  'PATCH /v1/conversations/{id}/messages/{messageId} body.mediaId': 'as of a message that is sent',
  'POST /v1/conversations/{id}/suggestions body.mediaId': 'as of a message that is sent',
  'POST /v1/conversations/{id}/suggestions replyTo': 'as of a message that is sent',
  'GET /v1/conversations/{id}/events ticket': 'bound to caller and stream: test/api/streams',
  'GET /v1/agents/{id}/events ticket': 'bound to caller and stream: test/api/streams',
  'GET /webchat/events ticket': 'bound to caller and stream: test/api/streams',
  'POST /webchat/messages clientMessageId': 'the visitor’s own name for it',
};
