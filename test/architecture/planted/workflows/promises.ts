import { defineUpdate, proxyActivities, setHandler, sleep } from '@temporalio/workflow';
import type { PlantedActivities } from '../activities';

const { sendPart } = proxyActivities<PlantedActivities>({ startToCloseTimeout: '1 minute' });
const holdUpdate = defineUpdate<void, [number]>('hold');

async function later(): Promise<void> {
  await sleep(1);
}

export async function promisesWorkflow(): Promise<void> {
  setHandler(holdUpdate, () => {}, {
    validator: async (_seconds) => later(), // oxlint: typescript/no-misused-promises
  });
  sendPart('x'); // oxlint: typescript/no-floating-promises
  sleep('1 minute'); // oxlint: typescript/no-floating-promises
  later(); // oxlint: typescript/no-floating-promises
  const list = [1, 2];
  list.forEach(async () => later()); // oxlint: typescript/no-misused-promises
}
