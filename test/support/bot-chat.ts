import { createHash } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { Duration } from '@temporalio/common';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createRoutingActivities } from '../../activities/routing';
import { createTellRoutingActivities } from '../../activities/tell-routing';
import type { SendActivities } from '../../activities/types';
import { insisting } from '../../api/conversations/acts';
import { botActivities } from '../../bots/activities';
import type { ChannelSettings } from '../../domain/channel/settings';
import type { TimelineActivity } from '../../domain/conversation/timeline-activity';
import type { Conversation } from '../../domain/conversation/view';
import { conversationWorkflowId } from '../../domain/ids';
import type { MessageBody } from '../../domain/message/schema';
import { createRoutingWorkflow } from '../../infra/routing-workflow';
import * as m from '../../workflows/conversation/messages';
import type { conversationWorkflow } from '../../workflows/conversation/workflow';
import { ROUTING_TASK_QUEUE } from '../../workflows/routing/messages';
import { MemoryArchive } from './fakes/memory-archive';
import type { MemoryRouting } from './fakes/memory-routing';
import { type TestTemporal, uniqueName } from './servers';
import { someSettings } from './some-settings';
import { createTimeSkipping } from './temporal-env';
import { workflowBundle } from './workflow-bundle';

export interface BotChatOptions {
  /** A file that exports `bots` like bots/index.ts. @default the product's own */
  readonly botsFile?: string;
  /** Stand-ins for functions of bots/activities.ts. */
  readonly activities?: Readonly<Record<string, (input: never) => Promise<unknown>>>;
  /** Stand-ins for the calls to providers. @default every send succeeds */
  readonly sends?: Partial<SendActivities>;
  readonly housekeeping?: object;
  /** Conversations are routed by the real routing workflow on this configuration. @default nobody hears of requests */
  readonly routing?: MemoryRouting;
  /** How long a workflow task of a conversation may take. @default the server's 10 s */
  readonly taskTimeout?: Duration;
}

/** The Temporal server that a chat runs on. */
export interface ChatServer {
  readonly client: Client;
  readonly connection: NativeConnection;
  readonly namespace: string;
  /** Lets virtual time go by; real servers have none. */
  readonly sleep?: (time: Duration) => Promise<void>;
  close(): Promise<void>;
}

export interface BotChats {
  /** @param customerId of one who is there already, on a further channel. @default somebody new */
  start(
    botId: string | null,
    settings?: Partial<ChannelSettings>,
    customerId?: string,
  ): Promise<BotChat>;
  readonly archive: MemoryArchive;
  readonly server: ChatServer;
  /** Stops the workers of the conversations' queue as a deploy does, and starts new ones. */
  restartWorker(): Promise<void>;
}

/**
 * Talks to a bot in the real conversation workflow, in virtual time: one time-skipping server for the file.
 * @example const chats = useBotChat(); it('…', async () => { const chat = await chats.start('greeter'); … });
 */
export function useBotChat(options: BotChatOptions = {}): BotChats {
  return useChats(skippingServer, options);
}

/** The same on any Temporal server. */
export function useChats(open: () => Promise<ChatServer>, options: BotChatOptions = {}): BotChats {
  const archive = new MemoryArchive();
  let server: ChatServer | undefined;
  let conversations: Running | undefined;
  const others: Running[] = [];
  const present = () => {
    if (!server) throw new Error('chats are ready inside tests, not before.');
    return server;
  };
  const startConversations = async () => {
    const { connection, namespace } = present();
    conversations = run(
      await Worker.create({
        connection,
        namespace,
        taskQueue: m.CONVERSATION_TASK_QUEUE,
        workflowBundle: await workflowBundle(options.botsFile),
        activities: { ...archive.activities(), ...routed() },
      }),
    );
  };
  const routed = () =>
    options.routing ? createTellRoutingActivities(createRoutingWorkflow(present().client)) : {};

  beforeAll(async () => {
    server = await open();
    const { connection, namespace } = server;
    await startConversations();
    if (options.routing) others.push(await startRouting(present(), options));
    const queues: [string, object][] = [
      [m.HOUSEKEEPING_TASK_QUEUE, { ...archive.activities(), ...options.housekeeping }],
      [m.BOT_TASK_QUEUE, { ...botActivities, ...options.activities }],
      [m.SEND_TASK_QUEUE, { ...sendsThatSucceed, ...options.sends }],
    ];
    others.push(
      ...(await Promise.all(
        queues.map(async ([taskQueue, activities]) =>
          run(await Worker.create({ connection, namespace, taskQueue, activities })),
        ),
      )),
    );
  });
  afterAll(async () => {
    await Promise.all([...(conversations ? [conversations] : []), ...others].map(stop));
    await server?.close();
  });

  return {
    archive,
    get server() {
      return present();
    },
    async restartWorker() {
      if (conversations) await stop(conversations);
      await startConversations();
    },
    async start(botId, settings = {}, customerId = uniqueName('cus_test')) {
      const { channelId = uniqueName('web') } = settings;
      const bot = botId === null ? null : { id: botId, kind: 'HOOK' as const };
      archive.channels.set(channelId, someSettings({ channelId, bot, ...settings }));
      return new BotChat(present(), archive, channelId, customerId, options.taskTimeout);
    },
  };
}

async function startRouting(
  { client, connection, namespace }: ChatServer,
  { routing, botsFile }: BotChatOptions,
): Promise<Running> {
  if (!routing) throw new Error('no routing was asked for');
  const activities = createRoutingActivities({
    ...routing.deps,
    workflow: createRoutingWorkflow(client),
    logger: { warn: () => undefined },
  });
  return run(
    await Worker.create({
      connection,
      namespace,
      taskQueue: ROUTING_TASK_QUEUE,
      workflowBundle: await workflowBundle(botsFile),
      activities,
    }),
  );
}

interface Running {
  readonly worker: Worker;
  readonly running: Promise<void>;
}
function run(worker: Worker): Running {
  return { worker, running: worker.run() };
}
async function stop({ worker, running }: Running): Promise<void> {
  worker.shutdown();
  await running;
}
const sendsThatSucceed: SendActivities = {
  sendPart: async () => ({ parts: 1, settled: true }),
  failMessage: async () => {},
};

async function skippingServer(): Promise<ChatServer> {
  const env = await createTimeSkipping();
  return {
    client: env.client,
    connection: env.nativeConnection,
    namespace: env.namespace ?? 'default',
    sleep: (time) => env.sleep(time),
    close: () => env.teardown(),
  };
}

/** The run's shared development server, in a namespace of the file's own. Call beside `useTemporal`. */
export function developmentServer(temporal: () => TestTemporal): () => Promise<ChatServer> {
  return async () => {
    const { address, namespace, client } = temporal();
    const connection = await NativeConnection.connect({ address });
    return { client, connection, namespace, close: () => connection.close() };
  };
}

/** One customer in conversation with a bot. */
export class BotChat {
  private heard = 0;
  private events = 0;
  /** Acts are about this conversation without asking which is open: a query may have to wait while a run continues as new. */
  acting: { readonly id: string } | null = null;

  constructor(
    private readonly server: ChatServer,
    private readonly archive: MemoryArchive,
    private readonly channelId: string,
    readonly customerId: string,
    private readonly taskTimeout?: Duration,
  ) {}

  /** The customer opens the chat without writing. */
  async arrives(): Promise<void> {
    await this.signal(m.channelSessionStartedSignal, {
      ...this.from(),
      customerName: null,
      intent: 'START_CHAT',
    });
    await this.conversation();
  }
  /** The customer writes a text, or sends any body. */
  async says(body: string | MessageBody): Promise<void> {
    await this.posts(body);
    await this.conversation(); // a query is answered when the signal was handled
  }
  /** The same without waiting for it to be handled. */
  async posts(body: string | MessageBody): Promise<void> {
    await this.signal(
      m.customerMessageSignal,
      this.message(typeof body === 'string' ? { type: 'PLAIN', text: body } : body),
    );
  }
  /** Says it, and answers a function that sends the very same event again. */
  async saysRepeatably(text: string): Promise<() => Promise<void>> {
    const post = await this.postsRepeatably(text);
    await this.conversation();
    return async () => {
      await post();
      await this.conversation();
    };
  }
  /** The same without waiting: the time-skipping server never answers a query that meets the last task of a run. */
  async postsRepeatably(text: string): Promise<() => Promise<void>> {
    const message = this.message({ type: 'PLAIN', text });
    const post = () => this.signal(m.customerMessageSignal, message);
    await post();
    return post;
  }
  /** An operator ends the conversation, whatever it does. */
  async forceCloses(): Promise<void> {
    await this.act((conversationId) =>
      this.handle().signal(m.endConversationSignal, {
        conversationId,
        actor: { type: 'OPERATOR', id: 'ops', name: null },
        force: true,
        reason: 'TEST',
      }),
    );
    await this.conversation();
  }
  async leaves(): Promise<void> {
    await this.signal(m.channelSessionEndedSignal, { ...this.from(), reason: 'CUSTOMER' });
    await this.conversation();
  }
  /** Virtual time goes by; every deadline in it fires. */
  async passes(time: Duration): Promise<void> {
    if (!this.server.sleep) throw new Error('this server has no virtual time');
    await this.server.sleep(time);
    await this.conversation();
  }

  /** Texts that the bot has sent since the last time it was asked for. */
  async botSaid(): Promise<readonly string[]> {
    const said = (await this.timeline()).filter(({ type }) => type === 'BOT_MESSAGE');
    const news = said.slice(this.heard);
    this.heard = said.length;
    return news.map(({ body }) => (body && 'text' in body ? (body.text ?? '') : ''));
  }
  /** Everything recorded of the customer's latest conversation. */
  async timeline(): Promise<readonly TimelineActivity[]> {
    const conversation = await this.conversation();
    return conversation ? this.archive.of(conversation.id) : [];
  }
  /** The archived entries of all of the customer's conversations. */
  everything(): readonly TimelineActivity[] {
    return this.archive.conversationIds.flatMap((id) =>
      this.archive.projections.get(id)?.conversation.customerId === this.customerId
        ? this.archive.of(id)
        : [],
    );
  }
  /** Waits until so many customer messages are archived. */
  async archived(messages: number): Promise<void> {
    const patience = Date.now() + 120_000;
    while (this.everything().filter(({ type }) => type === 'CUSTOMER_MESSAGE').length < messages) {
      if (Date.now() > patience)
        throw new Error(
          `${this.everything().length} entries are archived, ${messages} messages were expected`,
        );
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  async conversation(): Promise<Conversation | null> {
    return this.handle().query(m.getConversationQuery);
  }
  async state(): Promise<string | undefined> {
    return (await this.conversation())?.state;
  }
  async data(): Promise<Readonly<Record<string, unknown>>> {
    return (await this.conversation())?.data ?? {};
  }

  /** A human joins, as an agent of this name. */
  async agentJoins(agentId: string): Promise<void> {
    await this.act((conversationId) =>
      this.handle().executeUpdate(m.joinAsUpdate, {
        args: [
          {
            conversationId,
            actor: agent(agentId),
            agent: { agentId, name: agentId, supervisor: false },
            role: 'PRIMARY',
          },
        ],
      }),
    );
  }
  async agentSays(agentId: string, text: string): Promise<void> {
    const messageId = uniqueName('msg');
    await this.act((conversationId) =>
      this.handle().executeUpdate(m.sendMessageUpdate, {
        args: [
          {
            conversationId,
            actor: agent(agentId),
            messageId,
            channelSessionId: null,
            body: { type: 'PLAIN', text },
            replyTo: null,
            controlEpoch: null,
            sendAt: null,
          },
        ],
      }),
    );
  }
  async agentLeaves(agentId: string): Promise<void> {
    await this.act((conversationId) =>
      this.handle().executeUpdate(m.leaveUpdate, {
        args: [{ conversationId, actor: agent(agentId), agentId, reason: 'SELF' }],
      }),
    );
  }
  /** The workflow behind it, for what is not here. */
  handle() {
    return this.server.client.workflow.getHandle<typeof conversationWorkflow>(
      conversationWorkflowId(this.customerId),
    );
  }

  private async act(update: (conversationId: string) => Promise<unknown>): Promise<void> {
    const patience = Date.now() + 120_000;
    for (;;) {
      const conversation = this.acting ?? (await this.conversation()); // null while the next one is being opened
      if (conversation) return void (await insisting(() => update(conversation.id)));
      if (Date.now() > patience) throw new Error('no conversation is open');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  /** Where the next event of this customer comes from; each call is a new event. */
  from() {
    this.events += 1;
    const eventKey = createHash('sha256')
      .update(`${this.customerId} ${this.channelId} ${this.events}`)
      .digest('hex')
      .slice(0, 26);
    return {
      channelId: this.channelId,
      customerIdentifier: `visitor-${this.customerId}`,
      eventKey,
    };
  }
  private message(body: MessageBody) {
    const from = this.from();
    const { eventKey } = from;
    return {
      ...from,
      messageId: `msg_${eventKey}`,
      providerMessageId: eventKey,
      body,
      customerName: null,
      sentAt: null,
      replyTo: null,
    };
  }
  private async signal<P>(signal: { readonly name: string } & object, payload: P): Promise<void> {
    await this.server.client.workflow.signalWithStart<typeof conversationWorkflow>(
      'conversationWorkflow',
      {
        workflowId: conversationWorkflowId(this.customerId),
        taskQueue: m.CONVERSATION_TASK_QUEUE,
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowTaskTimeout: this.taskTimeout,
        args: [{ customerId: this.customerId }],
        signal: signal.name,
        signalArgs: [payload] as never, // the payload fits its signal
      },
    );
  }
}

function agent(id: string) {
  return { type: 'AGENT' as const, id, name: id };
}
