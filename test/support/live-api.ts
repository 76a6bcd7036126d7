import './quiet';
import path from 'node:path';
import { Client } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createActivities } from '../../activities';
import type { AppDeps } from '../../api/context';
import type { ApiConfig } from '../../api/settings';
import { botActivities } from '../../bots/activities';
import { connectorOf, PROVIDERS } from '../../connectors';
import { botProtocolOf } from '../../connectors/bots';
import { RESOURCE_SCHEMAS } from '../../domain/configuration/schema';
import { createBotCredentials } from '../../infra/bot-credentials';
import { BoundedCache } from '../../infra/bounded-cache';
import { createConversationWorkflows } from '../../infra/conversation-workflows';
import { createCustomerRuns } from '../../infra/customer-runs';
import { createErasureList, type ErasureList } from '../../infra/erasure-list';
import { createMediaLinks } from '../../infra/media-links';
import { createStores, type OpenStores } from '../../infra/mongo/stores';
import { createOutgoing, type Outgoing } from '../../infra/outgoing';
import { createOutgoingMail } from '../../infra/outgoing-mail';
import { dataConverterOf } from '../../infra/payload-codec';
import { createRoutingWorkflow } from '../../infra/routing-workflow';
import type { ResourceName } from '../../infra/stores';
import { tracedOutgoing } from '../../infra/tracing/outgoing';
import { tracedClient } from '../../infra/tracing/temporal-client';
import type { Tracing } from '../../infra/tracing/types';
import { sealingFailures } from '../../workers/bundle';
import { tracedActivities, tracingSinks } from '../../workers/tracing';
import {
  BOT_TASK_QUEUE,
  CONVERSATION_TASK_QUEUE,
  HOUSEKEEPING_TASK_QUEUE,
  SEND_TASK_QUEUE,
} from '../../workflows/conversation/messages';
import { ROUTING_TASK_QUEUE } from '../../workflows/routing/messages';
import { SECRETS, type TestApi, testApi } from './api';
import { useDatabase, useTemporal } from './servers';
import { workflowBundle } from './workflow-bundle';

/** What testApi says of itself. */
export const PUBLIC_URL = 'http://localhost';

/** Seconds to wait for something that must come; how long it took is nobody's business. */
const PATIENCE_SECONDS = Number(process.env['PARLEY_TEST_PATIENCE'] ?? 120);
// Longer than one wait: the wait says what never came, the test would not.
jest.setTimeout((PATIENCE_SECONDS + 60) * 1000);

export interface LiveApi extends Omit<TestApi, 'stores'> {
  readonly stores: OpenStores;
  readonly erasures: ErasureList;
  readonly temporal: AppDeps['temporal'];
  readonly mongodbUri: string;
  /** Calls of connectors to their providers, answered with what `provider` says. */
  readonly sent: { readonly url: string; readonly body: string }[];
  provider: (url: string, body: string) => Response;
  /** Makes a configured object, with the fields given and defaults for the rest. Routing hears of it when it starts, or is told. */
  configure(
    resource: ResourceName,
    object: Record<string, unknown> & { id: string },
  ): Promise<void>;
  /** A second api process on the same servers, perhaps with other stores. */
  another(deps?: Partial<AppDeps>): TestApi;
  stopWorkers(): Promise<void>;
  startWorkers(): Promise<void>;
}
export interface LiveOptions {
  /** Whether conversations are worked on from the start. @default true */
  readonly workers?: boolean;
  readonly limits?: ApiConfig['limits'];
  /** Temporal stores what it is given sealed (`PARLEY_PAYLOAD_ENCRYPTION`). @default false */
  readonly payloadEncryption?: boolean;
  /** Called once servers are there. @default nothing is traced */
  readonly tracing?: () => Tracing;
  /** A file that exports `bots` like bots/index.ts. */
  readonly botsFile?: string;
}

/**
 * The API on a database and a Temporal namespace of the test file's own, with the real workflows at work behind it. Ready in tests
 * and hooks: `const live = useLiveApi(); it('…', async () => { await live().call('GET', '/v1/…') })`.
 */
export function useLiveApi(options: LiveOptions = {}): () => LiveApi {
  const database = useDatabase();
  const temporal = useTemporal();
  let live: LiveApi | undefined;
  let close = async () => undefined as unknown;

  beforeAll(async () => {
    const { uri } = database();
    const { address, namespace, connection: clientConnection } = temporal();
    const stores = await createStores({
      mongodbUri: uri,
      secrets: SECRETS,
      connectorFacts: connectorOf,
      logger: { warn: () => undefined, error: () => undefined },
    });
    const dataConverter = dataConverterOf(
      { payloadEncryption: options.payloadEncryption ?? false },
      stores.dataKeys,
    );
    const tracing = options.tracing?.() ?? null;
    const client = new Client({
      ...{ connection: clientConnection, namespace, dataConverter },
      interceptors: tracedClient(tracing),
    });
    const connection = await NativeConnection.connect({ address });
    const sent: { url: string; body: string }[] = [];
    let running: { readonly worker: Worker; readonly done: Promise<void> }[] = [];
    const links = createMediaLinks({ publicUrl: PUBLIC_URL, secrets: SECRETS });
    const connectors = new Map(
      PROVIDERS.flatMap(({ id }) => {
        const connector = connectorOf(id);
        return connector ? [[id, connector] as const] : [];
      }),
    );
    const open = (given: Partial<AppDeps> = {}) =>
      testApi({
        stores: stores as never,
        temporal: client,
        connectors,
        providers: PROVIDERS,
        isMediaLink: links.isValid,
        mediaLinkOf: links.linkOf,
        limits: options.limits,
        tracing,
        ...given,
      });
    const api = open();
    const provider = async (input: string | URL | Request, init?: RequestInit) => {
      const request = { url: String(input), body: String(init?.body ?? '') };
      sent.push(request);
      return created.provider(request.url, request.body);
    };
    const erasures = createErasureList(path.resolve('.parley', 'test-erasures', namespace));
    const toProvider = { fetch: () => provider as typeof globalThis.fetch };
    const activities = createActivities({
      stores,
      workflows: createConversationWorkflows(client),
      routing: createRoutingWorkflow(client),
      runs: createCustomerRuns(client, stores.dataKeys),
      erasures,
      logger: { warn: () => undefined },
      remembered: new BoundedCache(1000),
      bots: {
        ...stores,
        protocolOf: botProtocolOf,
        outgoing: createOutgoing({ allowedPrivateHosts: ['127.0.0.1'] }),
        serviceUrlOf: createBotCredentials({ publicUrl: PUBLIC_URL, secrets: SECRETS })
          .serviceUrlOf,
      },
      sends: {
        ...stores,
        connectorOf,
        outgoing: tracing ? tracedOutgoing(toProvider as Outgoing, tracing) : toProvider,
        mail: createOutgoingMail(createOutgoing({ allowedPrivateHosts: ['127.0.0.1'] })),
        linkOf: links.linkOf,
        publicUrl: PUBLIC_URL,
        alert: () => undefined,
      },
    });

    const created: LiveApi = {
      ...api,
      stores,
      erasures,
      temporal: client,
      mongodbUri: uri,
      sent,
      provider: () => Response.json({}),
      async configure(resource, object) {
        const complete = RESOURCE_SCHEMAS[resource].parse(object) as typeof object;
        await stores.config.create(resource, complete);
      },
      another: (given) => open(given),
      async startWorkers() {
        const common = {
          ...{ connection, namespace, dataConverter, sinks: tracingSinks(tracing) },
          interceptors: { activity: tracedActivities(tracing) },
        };
        const { code } = await workflowBundle(options.botsFile);
        const workflows = {
          workflowBundle: { code: dataConverter ? sealingFailures(code) : code },
        };
        const workers = await Promise.all([
          Worker.create({
            ...common,
            ...workflows,
            taskQueue: CONVERSATION_TASK_QUEUE,
            activities: activities.conversation,
          }),
          Worker.create({
            ...common,
            ...workflows,
            taskQueue: HOUSEKEEPING_TASK_QUEUE,
            activities: activities.housekeeping,
          }),
          Worker.create({
            ...common,
            ...workflows,
            taskQueue: ROUTING_TASK_QUEUE,
            activities: activities.routing,
          }),
          Worker.create({
            ...common,
            taskQueue: SEND_TASK_QUEUE,
            activities: activities.sends ?? {},
          }),
          Worker.create({
            ...common,
            taskQueue: BOT_TASK_QUEUE,
            activities: { ...botActivities, ...activities.bots },
          }),
        ]);
        running = workers.map((worker) => ({ worker, done: worker.run() }));
      },
      async stopWorkers() {
        for (const { worker } of running) worker.shutdown();
        await Promise.all(running.map(({ done }) => done));
        running = [];
      },
    };
    live = created;
    if (options.workers ?? true) await created.startWorkers();
    close = async () => {
      await created.stopWorkers();
      await connection.close();
      await stores.close();
    };
  }, 120_000);
  afterAll(() => close(), 60_000);

  return () => {
    if (!live) throw new Error('useLiveApi() is ready inside tests and hooks, not before.');
    return live;
  };
}

/** Waits until `look` answers something; the patience is one and generous. */
export async function eventually<T>(look: () => Promise<T | null | undefined | false>): Promise<T> {
  const until = Date.now() + PATIENCE_SECONDS * 1000;
  for (;;) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
    if (Date.now() > until) throw new Error('it never came');
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Asks until the answer has this status; an answer that never does is told. */
export async function untilStatus<A extends { readonly status: number }>(
  status: number,
  ask: () => Promise<A>,
): Promise<A> {
  let last: A | undefined;
  const look = async () => {
    last = await ask();
    return last.status === status && last;
  };
  return eventually(look).catch((cause: unknown) => {
    throw new Error(`not ${status} but ${JSON.stringify(last)}`, { cause });
  });
}
