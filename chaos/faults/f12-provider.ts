import { ASKS_FOR_ANSWER } from '../stage/bot';
import type { Fault } from './fault';

const RETRY_AFTER_SECONDS = 2;

export const troubledProvider: Fault = {
  id: 'F12',
  what: 'provider: 429 with and without Retry-After, 500, 502 with HTML, refused connections',
  goal: '1.2 x Retry-After',
  async play({ scene, stage }) {
    const { partner, links } = stage.providers;
    await scene.enter();
    const retryAfter = { 'retry-after': String(RETRY_AFTER_SECONDS) };
    partner.script.next(
      { type: 'answer', status: 429, body: { error: 'slow down' }, headers: retryAfter },
      { type: 'answer', status: 429, body: { error: 'slow down' } },
      { type: 'answer', status: 500, body: { error: { message: 'ours' } } },
      { type: 'answer', status: 502, body: '<html>bad gateway</html>' },
      { type: 'answer', status: 503, body: { error: 'later' } },
    );
    const before = partner.requests.length;
    await Promise.all(
      scene.customers.map(async (customer, n) => {
        const each = Math.ceil(scene.size.messages / scene.customers.length);
        for (let turn = 0; turn < each; turn += 1) {
          if (n === 0 && turn === Math.floor(each / 2)) links.generic.set({ type: 'down' });
          if (n === 0 && turn === Math.floor(each * 0.8)) links.generic.set({ type: 'pass' });
          await scene.say(customer, turn % 6 === 0 ? ` ${ASKS_FOR_ANSWER}` : '');
        }
      }),
    );
    const throttled = partner.requests[before];
    const again = partner.requests.slice(before + 1).find(({ id }) => id === throttled?.id);
    if (!throttled || !again) return;
    scene.notes['tried again after Retry-After of 2 s, ms'] = again.at - throttled.at;
    if (again.at - throttled.at < RETRY_AFTER_SECONDS * 1000)
      scene.complaints.push(`tried again ${again.at - throttled.at} ms after a Retry-After of 2 s`);
  },
};
