import { Hono } from 'hono';
import {
  type Behaviour,
  type FakeEnv,
  type FakeServer,
  play,
  Script,
  serveFake,
} from './behaviour';

/** A call as an external bot got it. */
export interface BotCall {
  readonly path: string;
  readonly headers: Headers;
  readonly raw: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the protocol sends
  readonly body: any;
}
export interface FakeBot extends FakeServer {
  readonly calls: readonly BotCall[];
  /** What happens to calls; `accept` answers what {@link FakeBot.answer} says. */
  readonly script: Script;
  /** What it says to a call, as the JSON of its protocol. */
  answer: (call: BotCall) => unknown;
}

/** A bot of any protocol over HTTP: keeps what it was sent, and does as its script says. */
export async function startFakeBot(answer: FakeBot['answer']): Promise<FakeBot> {
  const script = new Script();
  const calls: BotCall[] = [];
  const bot = { script, calls, answer };
  const app = new Hono<FakeEnv>();
  app.post('*', async (c) => {
    const raw = await c.req.text();
    const call = { path: c.req.path, headers: c.req.raw.headers, raw, body: JSON.parse(raw) };
    calls.push(call);
    const behaviour: Behaviour = script.take();
    return play(c, behaviour, {
      take: () => undefined,
      tell: async () => undefined,
      accepted: () => c.json(bot.answer(call)),
    });
  });
  return Object.assign(bot, await serveFake(app));
}

/** An assistant behind Rasa's REST channel that knows a few intents. */
export function rasaAnswer({ body }: BotCall): unknown {
  const recipient_id = body.sender;
  switch (body.message) {
    case 'hi':
      return [
        { recipient_id, text: 'Hey! How are you?' },
        {
          recipient_id,
          text: 'Choose:',
          buttons: [
            { title: 'great', payload: '/mood_great' },
            { title: 'super sad', payload: '/mood_unhappy' },
          ],
        },
      ];
    case '/mood_unhappy':
      return [
        { recipient_id, text: 'Here is something to cheer you up:' },
        { recipient_id, image: 'https://i.imgur.com/nGF1K8f.jpg' },
      ];
    case 'human':
      return [
        { recipient_id, text: 'One moment.' },
        { recipient_id, custom: { handoff: true } },
      ];
    default:
      return [];
  }
}
