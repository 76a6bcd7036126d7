import { setTimeout as sleep } from 'node:timers/promises';
import type { Entry } from '../checker/record';
import type { Customer } from '../load/scene';
import { ASKS_FOR_ANSWER, botAnswer } from '../stage/bot';
import type { Acting, Fault } from './fault';

export const strangeBots: Fault = {
  id: 'F23',
  what: 'bot hangs, answers 5 MB, answers after hand-over',
  async play(acting) {
    const { scene, stage, crew } = acting;
    const { bot } = stage.providers;
    crew.serve = async () => undefined; // who joins stays
    await scene.enter(['generic', 'web'], 3);
    const [hangs, floods, late] = scene.customers;
    if (!hangs || !floods || !late) throw new Error('nobody came in');
    // It has heard all of them, so that what follows is about the next message.
    const before = bot.calls.length;
    for (const customer of [hangs, floods, late]) await scene.say(customer);
    const heard = () =>
      bot.calls.slice(before).filter(({ body }) => body.type === 'conversation.message').length;
    while (heard() < 3) await sleep(100);
    await sleep(500);

    bot.script.next({ type: 'hang', taken: true }, { type: 'hang', taken: true });
    await scene.say(hangs, ` ${ASKS_FOR_ANSWER}`);
    await untilEntry(acting, hangs, ({ type }) => type === 'BOT_TIMEOUT');

    bot.answer = () => ({ replies: [{ type: 'text', text: 'x'.repeat(5_000_000) }] });
    await scene.say(floods, ` ${ASKS_FOR_ANSWER}`);
    await untilEntry(acting, floods, ({ type }) => type === 'BOT_FAILED');
    bot.answer = botAnswer;

    const open = await untilOpen(acting, late);
    let handOver = () => {};
    const until = new Promise<void>((resolve) => {
      handOver = resolve;
    });
    bot.script.next({ type: 'accept', until });
    await scene.say(late, ` ${ASKS_FOR_ANSWER}`);
    await untilEntry(
      acting,
      late,
      ({ type, body }) =>
        type === 'CUSTOMER_MESSAGE' && (body?.text ?? '').includes(ASKS_FOR_ANSWER),
    );
    const [desk] = crew.desks;
    await desk?.api.write('POST', `/v1/conversations/${open}/participants`, {
      agentId: desk.agentId,
      role: 'PRIMARY',
    });
    handOver();
    await untilEntry(acting, late, ({ type }) => type === 'STALE_BOT_REPLY');
    crew.serve = scene.serve;
    await scene.speak(Math.min(scene.size.messages, 60));
  },
};

async function untilOpen({ scene, crew }: Acting, customer: Customer): Promise<string> {
  const id = await scene.know(customer);
  for (;;) {
    const open = await crew.admin.read<{ id: string }>(`/v1/customers/${id}/conversation`);
    if (open) return open.id;
    await sleep(100);
  }
}

async function untilEntry(
  acting: Acting,
  customer: Customer,
  fits: (entry: Entry) => boolean,
): Promise<void> {
  const open = await untilOpen(acting, customer);
  const patience = Date.now() + 90_000;
  while (Date.now() < patience) {
    const page = await acting.crew.admin.read<{ items: Entry[] }>(
      `/v1/conversations/${open}/timeline?limit=200`,
    );
    if (page?.items.some(fits)) return;
    await sleep(200);
  }
  acting.scene.complaints.push(`what had to come to ${customer.name} never came: ${fits}`);
}
