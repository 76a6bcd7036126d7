import type { Script } from '../../test/support/fakes/behaviour';
import { oneOf } from '../random';
import { ASKS_FOR_ANSWER } from '../stage/bot';
import { CHANNELS } from '../stage/configuration';
import type { Fault } from './fault';

/** Messages between two that ask for an answer, all at once. */
const BETWEEN = 6;
const SENDING = CHANNELS.filter((channel) => channel !== 'web');

export const lostAnswers: Fault = {
  id: 'F13',
  what: 'the provider accepts, then resets or never answers; each of the four policies',
  everyTest: true,
  outside: true,
  goal: 'ambiguousWaitMs + 5 s',
  async play({ scene, stage, long }) {
    const { partner, twilio, viber, graph } = stage.providers;
    await scene.enter(SENDING);
    const each = Math.ceil(scene.size.messages / scene.customers.length);
    const scripts: readonly Script[] = [partner.script, twilio.script, viber.script, graph.script];
    for (const script of scripts) {
      // A hang costs the call's whole time; one of each is as good as many.
      script.next({ type: 'hang', taken: true });
      for (let n = 0; n < (long ? 30 : 4); n += 1)
        script.next(
          oneOf(scene.random, [
            { type: 'reset', taken: true },
            { type: 'reset', taken: false },
            { type: 'answer', status: 502, body: '<html>bad gateway</html>', taken: true },
            { type: 'accept' },
          ] as const),
        );
    }
    await Promise.all(
      scene.customers.map(async (customer) => {
        for (let said = 0; said < each; said += 1 + BETWEEN) {
          await scene.say(customer, ` ${ASKS_FOR_ANSWER}`);
          const more = Math.min(BETWEEN, each - said - 1);
          await Promise.all(Array.from({ length: more }, () => scene.say(customer)));
        }
      }),
    );
    scene.notes['calls to providers'] =
      partner.requests.length +
      twilio.requests.length +
      viber.requests.length +
      graph.requests.length;
  },
};
