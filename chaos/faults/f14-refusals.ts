import { setTimeout as sleep } from 'node:timers/promises';
import type { Entry } from '../checker/record';
import { ASKS_FOR_ANSWER } from '../stage/bot';
import type { Acting, Fault } from './fault';

/** By channel: a refusal for good as its provider words it, and the reason that is shown. */
const REFUSALS = {
  sms: { status: 400, body: { code: 21211, message: 'Invalid To', status: 400 } },
  wa: {
    status: 400,
    body: { error: { message: 'Re-engagement message', code: 131047, type: 'OAuthException' } },
  },
  generic: { status: 422, body: { error: { type: 'invalid_recipient', message: 'nobody' } } },
} as const;

export const refusals: Fault = {
  id: 'F14',
  what: 'provider refuses for good: invalid number, window closed, unknown recipient',
  async play(acting) {
    const { scene, stage } = acting;
    const { partner, twilio, graph } = stage.providers;
    const scripts = { sms: twilio.script, wa: graph.script, generic: partner.script };
    await scene.enter(['sms', 'wa', 'generic'], 12);
    for (const [channelId, refusal] of Object.entries(REFUSALS)) {
      const customer = scene.customers.find(({ voice }) => voice.channelId === channelId);
      if (!customer) continue;
      scripts[channelId as keyof typeof scripts].next({ type: 'answer', ...refusal });
      await scene.say(customer, ` ${ASKS_FOR_ANSWER}`);
      const failed = await untilFailed(acting, await scene.know(customer));
      if (failed === null) scene.complaints.push(`${channelId}: the refusal is not told`);
      else scene.notes[`${channelId} failed with`] = String(failed.delivery?.reasonCode);
    }
    await scene.speak();
  },
};

/** The message that failed, once an entry tells of it as well. */
async function untilFailed({ crew }: Acting, customerId: string): Promise<Entry | null> {
  const patience = Date.now() + 60_000;
  while (Date.now() < patience) {
    const open = await crew.admin.read<{ id: string }>(`/v1/customers/${customerId}/conversation`);
    const page = open
      ? await crew.admin.read<{ items: Entry[] }>(`/v1/conversations/${open.id}/timeline?limit=200`)
      : null;
    const failed = page?.items.find(({ delivery }) => delivery?.state === 'FAILED');
    const toldOf = page?.items.some(({ type }) => type === 'MESSAGE_DELIVERY_NOTIFICATION');
    if (failed && toldOf) return failed;
    await sleep(200);
  }
  return null;
}
