import { untilClosed } from '../load/collect';
import type { Customer, Scene } from '../load/scene';
import { between } from '../random';
import type { Fault } from './fault';

/** Each webhook this often (reliability F10); the last one for a few only, in the short form. */
const COPIES = [1, 5, 100] as const;

export const repeats: Fault = {
  id: 'F10',
  what: 'each webhook 1, 5 and 100 times: at once, and after close',
  everyTest: true,
  outside: true,
  async play({ scene, long }) {
    await scene.enter();
    const said: { customer: Customer; key: string; text: string }[] = [];
    const customers = scene.customers;
    const each = Math.ceil(scene.size.messages / 6 / customers.length);
    await Promise.all(
      customers.map(async (customer, n) => {
        for (let turn = 0; turn < each; turn += 1) {
          const many = long || (turn === 0 && n < 2) ? 100 : 5;
          const copies = COPIES[between(scene.random, 0, 1)] === 1 ? 1 : many;
          const key = scene.newKey();
          const text = `${customer.canary} k=${key}`;
          said.push({ customer, key, text });
          await Promise.all(
            Array.from({ length: copies }, () => scene.repeat(customer, key, text)),
          );
        }
      }),
    );
    await repeated(scene, said);
    const { customers: everybody } = scene;
    await Promise.all(everybody.map((customer) => scene.know(customer, true)));
    await scene.leave();
    const ids = (await scene.known()).map(({ customerId }) => customerId);
    await untilClosed(scene, ids);
    await repeated(scene, said);
  },
};

/** How many repeats are under way at a time. */
const TOGETHER = 12;

/** All of it once more, in another order. */
async function repeated(
  scene: Scene,
  said: readonly { customer: Customer; key: string; text: string }[],
): Promise<void> {
  const again = [...said].reverse();
  for (let n = 0; n < again.length; n += TOGETHER)
    await Promise.all(
      again
        .slice(n, n + TOGETHER)
        .map(({ customer, key, text }) => scene.repeat(customer, key, text)),
    );
}
