import { createHash } from 'node:crypto';
import { type Anomaly, WORDS } from '../../chaos/checker/anomaly';
import { check, countsOf } from '../../chaos/checker/check';
import type {
  ArchivedConversation,
  Attempt,
  Entry,
  RoutingTold,
  RunRecord,
  WorkflowRun,
} from '../../chaos/checker/record';

const AT = Date.parse('2026-11-28T10:00:00.000Z');
const at = (seconds: number) => new Date(AT + seconds * 1000).toISOString();

type Given = Partial<Entry> & Pick<Entry, 'type'>;

/** Entries with seq, time (one a second unless given) and chain, as an archive has them. */
function archived(id: string, given: readonly Given[]): { entries: Entry[]; headHash: string } {
  let previous = id;
  const entries = given.map((some, index) => {
    const covered = {
      conversationId: id,
      seq: index + 1,
      id: `${id}-${index + 1}`,
      type: some.type,
      at: some.at ?? at(index),
      actor: some.actor ?? { type: 'CONTROLLER', id: 'controller' },
      channelSessionId: some.channelSessionId ?? null,
      body: some.body ?? null,
      data: some.data ?? null,
      providerMessageId: some.providerMessageId ?? null,
    };
    previous = createHash('sha256')
      .update(previous + canonical(covered))
      .digest('hex');
    return { ...covered, delivery: some.delivery ?? null, hash: previous };
  });
  return { entries, headHash: previous };
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .filter(([, member]) => member !== null)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`)
    .join(',')}}`;
}

const changed = (from: string, to: string, more: Partial<Entry> = {}): Given => ({
  type: 'TOPIC_STATE_CHANGED',
  data: { from, to, cause: 'x' },
  ...more,
});
const wrote = (text: string, more: Partial<Entry> = {}): Given => ({
  type: 'CUSTOMER_MESSAGE',
  channelSessionId: 'ses',
  body: { type: 'PLAIN', text },
  ...more,
});
const answered = (text: string, state: string, more: Partial<Entry> = {}): Given => ({
  type: 'BOT_MESSAGE',
  channelSessionId: 'ses',
  body: { type: 'PLAIN', text },
  delivery: { state, reasonCode: null },
  ...more,
});
const BEGIN: readonly Given[] = [
  { type: 'CONVERSATION_STARTED' },
  { type: 'CHANNEL_SESSION_STARTED', channelSessionId: 'ses', data: { channelId: 'generic' } },
];
const END: readonly Given[] = [changed('CREATED', 'CLOSING'), changed('CLOSING', 'CLOSED')];

function conversation(
  middle: readonly Given[],
  over: Partial<ArchivedConversation> & { readonly ends?: readonly Given[] } = {},
): ArchivedConversation {
  const { ends = END, ...rest } = over;
  const id = over.id ?? 'cnv';
  const { entries, headHash } = archived(id, [...BEGIN, ...middle, ...ends]);
  return {
    id,
    customerId: 'cus',
    state: 'CLOSED',
    lastSeq: entries.length,
    timers: [],
    entries,
    headHash,
    live: { state: 'CLOSED', lastSeq: entries.length },
    ...rest,
  };
}

function attempt(text: string, begun: number, more: Partial<Attempt> = {}): Attempt {
  return {
    kind: 'message',
    key: text,
    channelId: 'generic',
    customer: 'ana',
    text,
    begun,
    answered: begun + 1,
    status: 200,
    at: at(0),
    ms: 1,
    ...more,
  };
}

const RUN: WorkflowRun = {
  workflowId: 'conversation:cus',
  runId: 'run',
  type: 'conversationWorkflow',
  status: 'COMPLETED',
  buildId: 'a',
  events: 100,
  bytes: 1000,
  failedInARow: 1,
  nonDeterministic: 0,
  unreplayable: null,
  pendingAttempt: 0,
  largestPayloadBytes: 100,
};

/** Two messages, one answer that the provider delivered once, all streamed, everything at rest. */
function good(over: Partial<RunRecord> = {}): RunRecord {
  const conversations = over.conversations ?? [
    conversation([wrote('one'), answered('re one', 'SENT'), wrote('two')]),
  ];
  return {
    at: at(60),
    attempts: [attempt('one', 1), attempt('two', 3)],
    customers: [{ name: 'ana', customerId: 'cus' }],
    conversations,
    streams: conversations.map(({ id, entries }) => ({
      conversationId: id,
      reader: 'watch',
      complete: true,
      seen: entries.map(({ seq, hash }) => ({ seq, hash })),
    })),
    deliveries: [{ channelId: 'generic', text: 're one', times: 1 }],
    botCalls: [{ messageId: 'cnv-3', key: 'k' }],
    routing: [],
    runs: [RUN],
    rows: { repeatedKeys: [], parts: [] },
    leaks: [],
    bounds: [{ what: 'history events of a run', value: 1, cap: 10 }],
    rules: {
      policies: {
        generic: 'exactly-once-with-key',
        viber: 'at-least-once',
        wa: 'at-most-once',
        sms: 'reconcile-by-lookup',
      },
      capacity: 1,
      inactivitySeconds: { generic: 10 },
    },
    ...over,
  };
}

function withStream(seqs: readonly number[], complete = true): RunRecord {
  const record = good();
  const entries = record.conversations[0]?.entries ?? [];
  const seen = seqs.map((seq) => ({ seq, hash: entries[seq - 1]?.hash ?? '' }));
  return { ...record, streams: [{ conversationId: 'cnv', reader: 'watch', complete, seen }] };
}

const told = (n: number, type: string, more: Partial<RoutingTold> = {}): RoutingTold => ({
  n,
  agentId: 'agt_0',
  type,
  taskId: 'tsk',
  conversationId: 'cnv',
  ...more,
});
const onChannel = (channelId: string, middle: readonly Given[]): ArchivedConversation => {
  const { entries, headHash } = archived('cnv', [
    { type: 'CONVERSATION_STARTED' },
    { type: 'CHANNEL_SESSION_STARTED', channelSessionId: 'ses', data: { channelId } },
    ...middle,
    ...END,
  ]);
  return { ...conversation([]), entries, headHash, lastSeq: entries.length, live: null };
};
const one = [wrote('one'), wrote('two')];
const open = (timers: ArchivedConversation['timers']): RunRecord =>
  good({
    conversations: [
      conversation([...one, answered('re one', 'SENT')], {
        ...{ ends: [], state: 'CREATED', live: null, timers },
      }),
    ],
  });

it('finds nothing in a good run', () => {
  expect(check(good())).toEqual([]);
});

const PLANTED: readonly (readonly [word: Anomaly['word'], what: string, record: RunRecord])[] = [
  [
    'lost',
    'acknowledged, not archived',
    good({ attempts: [...good().attempts, attempt('three', 5)] }),
  ],
  [
    'lost',
    'an agent’s acknowledged reply is not there',
    good({ attempts: [...good().attempts, attempt('reply', 5, { kind: 'reply' })] }),
  ],
  [
    'duplicate',
    'archived twice',
    good({
      conversations: [
        conversation([wrote('one'), answered('re one', 'SENT'), wrote('two'), wrote('two')]),
      ],
    }),
  ],
  [
    'duplicate',
    'two rows of one key',
    good({ rows: { repeatedKeys: ['eventKey generic k'], parts: [] } }),
  ],
  [
    'duplicate',
    'delivered twice through a provider with a key',
    good({ deliveries: [{ channelId: 'generic', text: 're one', times: 2 }] }),
  ],
  [
    'duplicate',
    'delivered twice where at most once was promised',
    good({
      conversations: [onChannel('wa', [...one, answered('re one', 'FAILED')])],
      deliveries: [{ channelId: 'wa', text: 're one', times: 2 }],
    }),
  ],
  [
    'duplicate',
    'a second turn of the bot about one message',
    good({
      botCalls: [
        { messageId: 'm', key: 'a' },
        { messageId: 'm', key: 'b' },
      ],
    }),
  ],
  ['duplicate', 'an entry twice on a stream', withStream([1, 2, 2, 3, 4, 5, 6, 7])],
  ['phantom', 'archived, never sent', good({ attempts: [attempt('one', 1)] })],
  [
    'phantom',
    'delivered, never on a timeline',
    good({ deliveries: [...good().deliveries, { channelId: 'generic', text: 'who?', times: 1 }] }),
  ],
  [
    'skipped',
    'a hole in seq',
    good({
      conversations: [
        (() => {
          const whole = conversation([...one, answered('re one', 'SENT')]);
          return {
            ...whole,
            headHash: null,
            entries: whole.entries.filter(({ seq }) => seq !== 2),
          };
        })(),
      ],
      streams: [],
    }),
  ],
  ['skipped', 'a stream jumped over an entry', withStream([1, 2, 4, 5, 6, 7])],
  [
    'reordered',
    'against the client’s order',
    good({
      conversations: [conversation([wrote('two'), answered('re one', 'SENT'), wrote('one')])],
    }),
  ],
  ['unseen', 'archived, never on the stream', withStream([1, 2, 3])],
  [
    'divergent',
    'a stream shows another entry',
    good({
      streams: [
        { conversationId: 'cnv', reader: 'w', complete: false, seen: [{ seq: 1, hash: 'x' }] },
      ],
    }),
  ],
  [
    'divergent',
    'REST and archive',
    good({
      conversations: [
        {
          ...conversation([...one, answered('re one', 'SENT')]),
          state: 'ACTIVE',
          live: null,
          timers: [{ name: 'hold', dueAt: at(90) }],
        },
      ],
    }),
  ],
  [
    'divergent',
    'the workflow and REST',
    good({
      conversations: [
        {
          ...conversation([...one, answered('re one', 'SENT')]),
          live: { state: 'CLOSED', lastSeq: 1 },
        },
      ],
    }),
  ],
  [
    'divergent',
    'the hash chain is broken',
    good({
      conversations: [{ ...conversation([...one, answered('re one', 'SENT')]), headHash: 'x' }],
      streams: [],
    }),
  ],
  [
    'divergent',
    'a repeat got another answer',
    good({
      attempts: [
        attempt('one', 1, { answer: '{"messageId":"a"}' }),
        attempt('one', 2, { answer: '{"messageId":"b"}' }),
        attempt('two', 3),
      ],
    }),
  ],
  [
    'double-open',
    'two open conversations',
    good({ conversations: [...good().conversations, conversation([], { id: 'cnv2' })] }),
  ],
  [
    'over-capacity',
    'two tasks where one is allowed',
    good({ routing: [told(1, 'TASK_ASSIGNED'), told(2, 'OFFER', { taskId: 'other' })] }),
  ],
  [
    'over-capacity',
    'by routing’s own count',
    good({ routing: [told(1, 'STATE', { taskId: null, tasks: 2, maxTasks: 1 })] }),
  ],
  [
    'double-offer',
    'rings at two desks',
    good({ routing: [told(1, 'OFFER'), told(2, 'OFFER', { agentId: 'agt_1' })] }),
  ],
  [
    'double-offer',
    'two winners',
    good({
      routing: [
        told(1, 'TASK_ASSIGNED'),
        told(2, 'TASK_ENDED'),
        told(3, 'TASK_ASSIGNED', { agentId: 'agt_1' }),
      ],
    }),
  ],
  ['undeclared', 'sent, never delivered', good({ deliveries: [] })],
  [
    'limbo',
    'still unknown',
    good({ conversations: [conversation([...one, answered('re one', 'UNKNOWN')])] }),
  ],
  [
    'limbo',
    'a row that is still calling',
    good({
      rows: {
        repeatedKeys: [],
        parts: [
          { partId: 'p', messageId: 'm', channelId: 'generic', attempt: 1, status: 'calling' },
        ],
      },
    }),
  ],
  ['stuck', 'open, with nothing to wait for', open([])],
  ['stuck', 'open until its days are over', open([{ name: 'maxLife', dueAt: at(604_800) }])],
  ['stuck', 'its deadline passed and nothing came', open([{ name: 'hold', dueAt: at(-60) }])],
  [
    'spinning',
    'a workflow task that fails in a loop',
    good({ runs: [{ ...RUN, pendingAttempt: 12 }] }),
  ],
  [
    'spinning',
    'code that does not fit the history',
    good({ runs: [{ ...RUN, nonDeterministic: 1 }] }),
  ],
  [
    'spinning',
    'a history that its own code cannot replay',
    good({ runs: [{ ...RUN, unreplayable: 'TMPRL1100' }] }),
  ],
  ['spinning', 'one that failed again and again', good({ runs: [{ ...RUN, failedInARow: 12 }] })],
  [
    'illegal',
    'a change that no row allows',
    good({
      conversations: [
        conversation([...one, answered('re one', 'SENT'), changed('CREATED', 'WRAP_UP')], {
          ends: [changed('WRAP_UP', 'CLOSING'), changed('CLOSING', 'CLOSED')],
        }),
      ],
    }),
  ],
  [
    'illegal',
    'an entry after the end',
    good({
      conversations: [
        conversation([...one, answered('re one', 'SENT')], {
          ends: [...END, { type: 'NOTE_ADDED' }],
        }),
      ],
    }),
  ],
  [
    'early',
    'inactivity before its time',
    good({
      conversations: [
        conversation([
          answered('re one', 'SENT'),
          ...one,
          { type: 'CHANNEL_SESSION_EXPIRED', channelSessionId: 'ses' },
        ]),
      ],
    }),
  ],
  [
    'early',
    'an offer that lapsed too soon',
    good({
      conversations: [
        conversation([
          ...one,
          answered('re one', 'SENT'),
          { type: 'AGENT_RESERVED', data: { taskId: 't', offerExpiresAt: at(60) } },
          {
            type: 'TASK_STATE_CHANGED',
            data: { taskId: 't', state: 'CLOSED', closeReason: 'RONA', closeDetail: 'TIMEOUT' },
          },
        ]),
      ],
    }),
  ],
  [
    'early',
    'a hold that ended too soon',
    good({
      conversations: [
        conversation([
          ...one,
          answered('re one', 'SENT'),
          { type: 'CONVERSATION_PAUSED', data: { seconds: 30, dueAt: at(60) } },
          { type: 'CONVERSATION_RESUMED', data: { cause: 'EXPIRED' } },
        ]),
      ],
    }),
  ],
  [
    'twice-fired',
    'inactivity again, and nothing between',
    good({
      conversations: [
        conversation([
          answered('re one', 'SENT'),
          ...one,
          { type: 'CHANNEL_SESSION_EXPIRED', channelSessionId: 'ses', at: at(30) },
          { type: 'CHANNEL_SESSION_EXPIRED', channelSessionId: 'ses', at: at(31) },
        ]),
      ],
    }),
  ],
  [
    'twice-fired',
    'a task that ended twice',
    good({
      conversations: [
        conversation([
          ...one,
          answered('re one', 'SENT'),
          { type: 'TASK_STATE_CHANGED', data: { taskId: 't', state: 'CLOSED' } },
          { type: 'TASK_STATE_CHANGED', data: { taskId: 't', state: 'CLOSED' } },
        ]),
      ],
    }),
  ],
  ['leak', 'a word of another', good({ leaks: [{ canary: 'canary', where: 'api.log' }] })],
  [
    'unbounded',
    'a cap passed',
    good({ bounds: [{ what: 'attempts of a part', value: 9, cap: 8 }] }),
  ],
];

it.each(PLANTED)('%s: %s', (word, _what, record) => {
  expect(Object.keys(countsOf(check(record)))).toEqual([word]);
});

it('has a planted fault for every word', () => {
  expect([...new Set(PLANTED.map(([word]) => word))].sort()).toEqual([...WORDS].sort());
});

it('lets a conversation wait for a deadline that is to come', () => {
  expect(check(open([{ name: 'hold', dueAt: at(90) }]))).toEqual([]);
});

it('allows what is declared: again where at least once, none where at most once', () => {
  const again = good({
    conversations: [onChannel('viber', [...one, answered('re one', 'SENT')])],
    deliveries: [{ channelId: 'viber', text: 're one', times: 3 }],
  });
  const unknown = good({
    conversations: [onChannel('wa', [...one, answered('re one', 'FAILED')])],
    deliveries: [],
  });
  expect([...check(again), ...check(unknown)]).toEqual([]);
});

it('lets a stream show again, other, what a killed worker had left unconfirmed', () => {
  const record = withStream([1, 2, 3, 4, 5, 6, 7]);
  const [stream] = record.streams;
  const seen = stream?.seen ?? [];
  const again = [
    ...seen.slice(0, 2),
    { seq: 3, hash: 'x' },
    { seq: 4, hash: 'y' },
    ...seen.slice(2),
  ];
  expect(check({ ...record, streams: stream ? [{ ...stream, seen: again }] : [] })).toEqual([]);
});

it('lets messages that were under way together stand in any order', () => {
  const together = [attempt('one', 1, { answered: 4 }), attempt('two', 2, { answered: 3 })];
  const conversations = [conversation([wrote('two'), wrote('one'), answered('re one', 'SENT')])];
  expect(check(good({ attempts: together, conversations }))).toEqual([]);
});
