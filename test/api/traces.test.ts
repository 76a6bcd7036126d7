import { randomUUID } from 'node:crypto';
import { Worker } from '@temporalio/worker';
import { startTracing } from '../../infra/tracing/tracing';
import type { Tracing } from '../../infra/tracing/types';
import { tracingSinks } from '../../workers/tracing';
import { type ReceivedSpan, startCollector } from '../support/fakes/otlp';
import { sign } from '../support/fakes/partner';
import { eventually, useLiveApi } from '../support/live-api';
import { configureAll, INBOUND_SECRET } from '../support/live-objects';
import { workflowBundle } from '../support/workflow-bundle';

/** What must be in no span: the customer's name, address and words, the text that the provider answers. */
const CANARIES = ['Ana Canary', '+15550007777', 'my secret words', 'provider says 15550007777'];

let collector: Awaited<ReturnType<typeof startCollector>>;
let tracing: Tracing;
beforeAll(async () => {
  collector = await startCollector();
  tracing = startTracing({ endpoint: collector.endpoint, component: 'test' });
});
afterAll(() => collector?.close());
const live = useLiveApi({ tracing: () => tracing });
beforeAll(async () => {
  await configureAll(live());
  await live().configure('channels', {
    id: 'answered',
    channelType: 'GENERIC',
    serviceIdentifier: 'partner-2',
    connectorId: 'partner',
    queueId: 'support',
    botId: 'echo',
  });
});

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';

it('follows a message from the webhook through workflow and activity to the provider, once, and tells nothing personal', async () => {
  live().provider = () => Response.json({ error: CANARIES[3] }, { status: 503 });
  const data = {
    id: `ext-${randomUUID()}`,
    user: { id: CANARIES[1], name: CANARIES[0] },
    content: { type: 'text', text: CANARIES[2] },
  };
  const body = JSON.stringify({
    type: 'message.created',
    timestamp: new Date().toISOString(),
    data,
  });
  const answer = await live().app.request('/webhooks/answered', {
    method: 'POST',
    body,
    headers: { ...signed(body), traceparent: `00-${TRACE_ID}-00f067aa0ba902b7-01` },
  });
  expect(answer.status).toBe(200);
  await eventually(async () => live().sent.length > 0);
  const { items } = await live().stores.customers.search(
    { channelId: 'answered', identifier: String(CANARIES[1]) },
    { limit: 1 },
  );
  const workflowId = `conversation:${items[0]?.id}`;
  const handle = live().temporal.workflow.getHandle(workflowId);
  const { events } = await handle.fetchHistory();
  await live().stopWorkers(); // activities have ended, so their spans have
  await replay({ events: events ?? [] }, workflowId);
  await tracing.close();

  const mine = collector.spans.filter(({ traceId }) => traceId === TRACE_ID);
  const send = mine.find(({ name }) => name === 'HTTP POST');
  expect(pathTo(send, mine)).toEqual([
    'POST /webhooks/{channelId}',
    'signalWithStart customerMessage',
    'heard customerMessage',
    'activity sendPart',
    'HTTP POST',
  ]);
  expect(send).toMatchObject({
    kind: 3,
    attributes: { 'server.address': 'partner.example', 'http.response.status_code': 503 },
  });
  // Handled once, shown once, although its history was replayed.
  expect(mine.filter(({ name }) => name === 'heard customerMessage')).toHaveLength(1);
  expect(new Set(mine.map(({ spanId }) => spanId)).size).toBe(mine.length);
  const leaks = CANARIES.filter((canary) => collector.raw.some((text) => text.includes(canary)));
  expect(leaks).toEqual([]);
});

function signed(body: string): Record<string, string> {
  const id = `evt-${randomUUID()}`;
  const at = String(Math.floor(Date.now() / 1000));
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': at,
    'webhook-signature': sign(INBOUND_SECRET, id, at, body),
  };
}

/** Names from the first span of a trace to this one. */
function pathTo(span: ReceivedSpan | undefined, all: readonly ReceivedSpan[]): string[] {
  if (!span) return [];
  const parent = all.find(({ spanId }) => spanId === span.parentSpanId);
  return [...pathTo(parent, all), span.name];
}

async function replay(history: object, workflowId: string): Promise<void> {
  const options = {
    workflowBundle: await workflowBundle(),
    sinks: tracingSinks(tracing),
  };
  await Worker.runReplayHistory(options, history, workflowId);
}
