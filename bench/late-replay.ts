import { randomBytes } from 'node:crypto';
import type { History } from '@temporalio/common/lib/proto-utils';
import type { ChannelFacts, OpeningFacts } from '../activities/types';
import type { CustomerMessage } from '../domain/conversation/channel-events';
import { conversationWorkflowId, ID_PREFIXES } from '../domain/ids';
import { contentOf } from '../scripts/would-change/decision';
import { recordedOf } from '../scripts/would-change/recorded';
import { bundleFile, readBundle, withoutCallStacks } from '../workers/bundle';
import { CONVERSATION_TASK_QUEUE, customerMessageSignal } from '../workflows/conversation/messages';
import { type ArchiveWatch, watchArchive } from './support/archived';
import { carriedAfter, nthMessage, type Recorded } from './support/carried';
import { type FloorClient, floorClient } from './support/floor-client';
import { inTurn, ratioOf } from './support/pairs';
import { historyOf, idle, replayMs } from './support/replay';
import type { Benchmark } from './support/stage';

const EARLY = 100;
const LATE = 100_000;
/** In the run that is replayed, after what it carried. */
const MESSAGES = { quick: 60, full: 300 };

/**
 * P17: cold replay of the run that holds message 100,000 of a conversation, against the run that holds message 100. Both runs took
 * equally many messages, paced, from the running product, so both histories have as many events: what differs is what the run began
 * with, a state carried over continue-as-new. That state is made by the rules, fed with so many messages of the kind that the
 * product recorded; to post 100,000 would measure the same carried state after a quarter of an hour.
 */
export const lateReplay: Benchmark = async ({ instance, api, connector }, { quick }) => {
  const run = randomBytes(4).toString('hex');
  const floor = await floorClient(instance);
  const archive = await watchArchive(instance);
  const { customerId } = await api.writes('bench', connector, run, 'x'.repeat(200), run);
  await archive.untilHolds(customerId, 1);
  await idle(floor.client, conversationWorkflowId(customerId));
  const pattern = await historyOf(floor.client, conversationWorkflowId(customerId));
  const size = quick ? MESSAGES.quick : MESSAGES.full;
  const early = await runAfter(EARLY, size, { pattern, floor, archive });
  const late = await runAfter(LATE, size, { pattern, floor, archive });
  await archive.close();
  await floor.close();
  const product = { code: withoutCallStacks((await readBundle(bundleFile())).code) }; // as the worker serves it
  const sides = {
    ours: async () => (await replayMs(product, late)) / eventsOf(late),
    floor: async () => (await replayMs(product, early)) / eventsOf(early),
  };
  await sides.ours();
  await sides.floor();
  const pairs = await inTurn(quick ? 4 : 11, sides);
  const gate = { at: 1.5, better: 'less', stretch: 1 } as const;
  const what = `cold replay at message ${count(LATE)} / at message ${EARLY}, runs of ${eventsOf(late)} and ${eventsOf(early)} events, per event`;
  return [ratioOf(pairs, { id: 'P17', what, unit: 'ms', gate })];
};

interface World {
  /** A conversation of one message, as the product recorded it. */
  readonly pattern: History;
  readonly floor: FloorClient;
  readonly archive: ArchiveWatch;
}

/** History of a run that began with `before` messages carried and took `size` more, each in a workflow task of its own. */
async function runAfter(
  before: number,
  size: number,
  { pattern, floor: { client }, archive }: World,
): Promise<History> {
  const customerId = `${ID_PREFIXES.customer}${randomBytes(8).toString('hex')}`;
  const recorded = patternOf(pattern, customerId);
  const workflowId = conversationWorkflowId(customerId);
  const handle = await client.workflow.start('conversationWorkflow', {
    ...{ workflowId, taskQueue: CONVERSATION_TASK_QUEUE },
    args: [{ customerId, carried: carriedAfter(before, recorded) }],
  });
  for (let n = 1; n <= size; n += 1) {
    await handle.signal(customerMessageSignal, nthMessage(recorded.message, `${customerId}-${n}`));
    await archive.untilHolds(customerId, before + n);
  }
  await idle(client, workflowId);
  return historyOf(client, workflowId);
}

/** A conversation as the product opened it: what its local activities were answered, and the message that came. */
function patternOf(history: History, customerId: string): Recorded {
  const { decisions, results } = recordedOf(history);
  const answerTo = <T>(name: string) => {
    const key = decisions.find(({ what }) => what === name)?.key ?? '';
    return results.get(key) as T;
  };
  const { customer } = answerTo<OpeningFacts>('loadOpening');
  const signal = history.events?.find((event) => event.workflowExecutionSignaledEventAttributes);
  const [payload] = signal?.workflowExecutionSignaledEventAttributes?.input?.payloads ?? [];
  return {
    opening: {
      ...{ direction: 'INBOUND', previous: null, customer: { ...customer, id: customerId } },
      conversationId: `${ID_PREFIXES.conversation}${randomBytes(12).toString('hex')}`,
    },
    channel: answerTo<ChannelFacts>('loadChannel'),
    message: contentOf(payload) as CustomerMessage,
  };
}

function eventsOf({ events }: History): number {
  return events?.length ?? Number.NaN;
}

function count(value: number): string {
  return value.toLocaleString('en');
}
