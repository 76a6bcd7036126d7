import { condition, defineSignal, proxyLocalActivities, setHandler } from '@temporalio/workflow';
import type { FloorActivities } from './worker';

/** The same wire shape as a customer's message. */
export const messageSignal = defineSignal<[object]>('message');

const { insert } = proxyLocalActivities<FloorActivities>({ startToCloseTimeout: '30 seconds' });

/** The floor: takes signals and does nothing with them. */
export async function noOpWorkflow(): Promise<void> {
  setHandler(messageSignal, (_message) => {});
  await condition(() => false);
}

/** The floor of a whole conversation: five events. */
export async function emptyWorkflow(): Promise<void> {}

/** The floor of a stream: takes a signal and inserts one document. */
export async function insertingWorkflow(): Promise<void> {
  const waiting: object[] = [];
  setHandler(messageSignal, (message) => {
    waiting.push(message);
  });
  for (;;) {
    await condition(() => waiting.length > 0);
    await insert(waiting.splice(0));
  }
}
