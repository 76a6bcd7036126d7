import { condition, defineSignal, setHandler } from '@temporalio/workflow';

/** The same wire shape as a customer's message. */
export const messageSignal = defineSignal<[object]>('message');

/** The floor: takes signals and does nothing with them. */
export async function noOpWorkflow(): Promise<void> {
  setHandler(messageSignal, (_message) => {});
  await condition(() => false);
}
