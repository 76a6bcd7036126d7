import { setTimeout as sleep } from 'node:timers/promises';
import { untilClosed } from '../load/collect';
import { shuffled } from '../random';
import { ASKS_FOR_ANSWER } from '../stage/bot';
import { PATIENCE_MS } from '../stage/stage';
import type { Acting, Fault } from './fault';

const WINDOW = 20;

export const disorder: Fault = {
  id: 'F11',
  what: 'shuffled webhooks (window 20); status before its message; status after close',
  async play(acting) {
    const { scene, stage } = acting;
    const { partner, twilio } = stage.providers;
    await scene.enter();
    for (const customer of scene.customers) {
      const first = await scene.say(customer, ` ${ASKS_FOR_ANSWER}`);
      if (customer.voice.channelId === 'generic' && first.status === 200)
        partner.script.next({
          type: 'accept',
          news: [{ state: 'delivered', when: 'early', times: 2 }],
        });
    }
    const windows = Math.ceil(scene.size.messages / scene.customers.length / WINDOW);
    await Promise.all(
      scene.customers.map(async (customer) => {
        for (let n = 0; n < windows; n += 1) {
          const texts = Array.from({ length: WINDOW }, (_, place) => ` in place ${place}`);
          await Promise.all(shuffled(scene.random, texts).map((text) => scene.say(customer, text)));
        }
      }),
    );
    await statusOfAStranger(acting);
    const own = new Set(scene.customers.map(({ voice }) => voice.identifier));
    await until(() => twilio.messages.some(({ to }) => own.has(to)));
    await scene.leave();
    await untilClosed(
      scene,
      (await scene.known()).map(({ customerId }) => customerId),
    );
    const late = twilio.messages.filter(({ to }) => own.has(to));
    for (const message of late) await twilio.report(message, 'delivered');
    const parts = late.flatMap(({ partId }) => (partId ? [partId] : []));
    scene.notes['statuses after close'] = parts.length;
    const missing = await untilDelivered(acting, parts);
    if (missing.length > 0)
      scene.complaints.push(`late statuses did not attach: ${missing.join(', ')}`);
  },
};

/** News about a message that nobody has sent (yet) is parked, not refused. */
async function statusOfAStranger({ stage, scene }: Acting): Promise<void> {
  const answer = await stage.providers.partner.post('message.status', {
    id: `ext-${scene.newKey()}`,
    state: 'read',
  });
  if (answer.status !== 200) scene.complaints.push(`an early status was answered ${answer.status}`);
}

/** Message ids that are not shown as delivered although they were. */
async function untilDelivered(
  { scene, crew }: Acting,
  parts: readonly string[],
): Promise<readonly string[]> {
  const wanted = new Set(parts.map((part) => part.replace(/-\d+$/, '')));
  const patience = Date.now() + 20_000;
  for (;;) {
    const missing = new Set(wanted);
    for (const { customerId } of await scene.known()) {
      const page = await crew.admin.read<{ items: { id: string }[] }>(
        `/v1/customers/${customerId}/conversations`,
      );
      for (const { id } of page?.items ?? []) {
        const entries = await crew.admin.read<{
          items: { id: string; delivery: { state: string } | null }[];
        }>(`/v1/conversations/${id}/timeline?limit=200`);
        for (const entry of entries?.items ?? [])
          if (entry.delivery?.state === 'DELIVERED') missing.delete(entry.id);
      }
    }
    if (missing.size === 0 || Date.now() > patience) return [...missing];
    await sleep(500);
  }
}

async function until(reached: () => boolean): Promise<void> {
  const patience = Date.now() + PATIENCE_MS;
  while (!reached() && Date.now() < patience) await sleep(50);
}
