import { setTimeout as sleep } from 'node:timers/promises';
import type { Attempt, SeenCustomer } from '../checker/record';
import { between, oneOf, type Random, word } from '../random';
import { ASKS_FOR_ANSWER, ASKS_FOR_HUMAN } from '../stage/bot';
import { CHANNELS, CHANNELS_SHORT, type ChannelId } from '../stage/configuration';
import { PATIENCE_MS, type Stage } from '../stage/stage';
import { AckedLog, isTaken, isWorthRepeating } from './acked';
import type { Api } from './api';
import type { Serve } from './desk';
import { type Speaking, type Voice, voiceOf } from './voices';
import { type Watch, watchTimelines } from './watch';

/** How much is said by whom. */
export interface Size {
  readonly conversations: number;
  readonly messages: number;
  readonly channels: readonly ChannelId[];
  /** How much of what a customer says comes as several messages at once, 0..1; the order of those is nobody's. */
  readonly bursts: number;
}
/** Mostly in bursts: a burst is one turn of the conversation, which is what a message costs; between two of them order counts. */
export const SHORT: Size = {
  ...{ conversations: 12, messages: 300, channels: CHANNELS_SHORT },
  bursts: 0.6,
};
export const LONG: Size = {
  ...{ conversations: 200, messages: 3_000, channels: CHANNELS },
  bursts: 0.1,
};
const BURST_MOST = 5;
/** Far more often than providers do, and not so often that asking in vain is most of the work. */
const REPEAT_EVERY_MS = 250;

/** A customer of the load. `canary`: a word that is theirs alone and stands in everything that they write and are told. */
export interface Customer {
  readonly name: string;
  readonly canary: string;
  readonly voice: Voice;
  /** Once known. */
  customerId: string | null;
}

/** One run of a fault: who writes, what was acknowledged, who watches. */
export class Scene {
  readonly log: AckedLog;
  readonly customers: Customer[] = [];
  readonly watch: Watch;
  /** Measured along the way: recovery times and counts that are reported, never asserted. */
  readonly notes: Record<string, string | number> = {};
  /** What contradicts the fault's own claim. */
  readonly complaints: string[] = [];
  readonly startedAt = new Date().toISOString();
  private over = false;

  constructor(
    readonly stage: Stage,
    readonly admin: Api,
    private readonly speaking: Speaking,
    /** Tells runs apart, also in the data. */
    readonly name: string,
    readonly random: Random,
    readonly size: Size,
    ackedFile: string,
  ) {
    this.log = new AckedLog(ackedFile);
    this.watch = watchTimelines(stage, admin, `watch-${name}`);
  }

  /** Brings the customers in; a visitor of the chat opens it. */
  async enter(
    channels: readonly ChannelId[] = this.size.channels,
    count = this.size.conversations,
  ) {
    const entering = Array.from({ length: count }, (_, n) =>
      this.enterOne(channels[n % channels.length] ?? 'generic'),
    );
    return Promise.all(entering);
  }

  async enterOne(channelId: ChannelId): Promise<Customer> {
    const n = nextNumber();
    const canary = `canary${word(this.random, 10)}`;
    const name = `${this.name}-${n}`;
    const voice = await voiceOf(channelId, { n, name: canary }, this.speaking);
    const customer: Customer = { name, canary, voice, customerId: null };
    this.customers.push(customer);
    return customer;
  }

  /** The whole load: everybody at once, each in order, until all has been acknowledged. */
  async speak(messages = this.size.messages): Promise<void> {
    const customers = this.customers;
    const each = Math.ceil(messages / customers.length);
    await Promise.all(
      customers.map(async (customer, n) => {
        const wantsHuman = n % 3 === 2 || n % 4 === 0;
        for (let turn = 0; turn < each && !this.over; turn += 1) {
          const asks = turn === 1 && wantsHuman ? ` ${ASKS_FOR_HUMAN}` : '';
          const answer = !asks && this.random() < 0.15 ? ` ${ASKS_FOR_ANSWER}` : '';
          const many = turn > 0 && this.random() < this.size.bursts;
          const burst = many ? Math.min(between(this.random, 2, BURST_MOST), each - turn) : 1;
          await Promise.all(
            Array.from({ length: burst }, (_, of) =>
              this.say(customer, of === 0 ? `${asks}${answer}` : ''),
            ),
          );
          if (turn === 0) void this.know(customer, true).catch(() => undefined);
          turn += burst - 1;
          await sleep(between(this.random, 5, 60));
        }
      }),
    );
  }

  /** One message, said again until it is taken, as a provider does. */
  async say(customer: Customer, more = ''): Promise<Attempt> {
    const key = this.newKey();
    return this.repeat(customer, key, `${customer.canary} k=${key}${more}`);
  }

  async repeat(customer: Customer, key: string, text: string): Promise<Attempt> {
    const asked = {
      kind: 'message',
      key,
      channelId: customer.voice.channelId,
      customer: customer.name,
      text,
    } as const;
    return this.until(() => this.log.ask(asked, () => customer.voice.say(key, text)), key);
  }

  /** Asks until it is taken. What is refused for good is a complaint: the load does nothing wrong. */
  private async until(ask: () => Promise<Attempt>, what: string): Promise<Attempt> {
    const patience = Date.now() + PATIENCE_MS;
    for (;;) {
      const attempt = await ask();
      if (isTaken(attempt.status)) return attempt;
      if (!isWorthRepeating(attempt.status)) {
        this.complaints.push(`${what} was refused: ${attempt.status} ${attempt.answer}`);
        return attempt;
      }
      if (Date.now() > patience) throw new Error(`${what} was not taken within ${PATIENCE_MS} ms`);
      await sleep(REPEAT_EVERY_MS);
    }
  }

  /** The customer's id, from the API; their conversation is watched from then on when asked. */
  async know(customer: Customer, follow = false): Promise<string> {
    const known = customer.customerId ?? (await this.lookUp(customer));
    if (follow) this.watch.follow(known);
    return known;
  }

  private async lookUp(customer: Customer): Promise<string> {
    const { channelId, identifier } = customer.voice;
    const query = `channelId=${channelId}&identifier=${encodeURIComponent(identifier)}`;
    const patience = Date.now() + PATIENCE_MS;
    for (;;) {
      const page = await this.admin.read<{ items: { id: string }[] }>(`/v1/customers?${query}`);
      const [found] = page?.items ?? [];
      if (found) {
        customer.customerId = found.id;
        return found.id;
      }
      if (Date.now() > patience) throw new Error(`nobody knows ${customer.name}`);
      await sleep(200);
    }
  }

  /** Whether it is a conversation of one of its customers. */
  async owns({ conversationId, agentId, api }: Parameters<Serve>[0]): Promise<boolean> {
    const [session] = await sessionsOf(api, conversationId, agentId);
    return this.customers.some(({ voice }) => voice.identifier === session?.customerIdentifier);
  }

  /** What agents do with conversations of this scene: some replies, and then half of them leave by themselves. */
  readonly serve: Serve = async ({ conversationId, agentId, api }) => {
    // Nobody ends a conversation of `sms` but time, which does not run while an agent owes an answer.
    const stays =
      (await sessionsOf(api, conversationId, agentId))[0]?.channelId !== 'sms' &&
      this.random() < 0.5;
    for (let n = 0; n < between(this.random, 3, 8) && !this.over; n += 1) {
      const key = this.newKey();
      const text = `a=${key} of ${this.name}`;
      const asked = { kind: 'reply', key, channelId: '', customer: conversationId, text } as const;
      const reply = { body: { type: 'PLAIN', text } };
      await this.untilTaken(() =>
        this.log.ask(asked, () =>
          api.fetch('POST', `/v1/conversations/${conversationId}/messages`, reply, {
            'idempotency-key': key,
          }),
        ),
      );
      await sleep(between(this.random, 40, 250));
    }
    if (stays && !this.over) return;
    const path = `/v1/conversations/${conversationId}/participants/${agentId}`;
    const asked = {
      kind: 'act',
      key: `leave ${path}`,
      channelId: '',
      customer: '',
      text: '',
    } as const;
    await this.untilTaken(() => this.log.ask(asked, () => api.fetch('DELETE', path)));
  };

  /** Or until it was refused: the customer may have gone meanwhile. */
  private async untilTaken(ask: () => Promise<Attempt>): Promise<void> {
    const patience = Date.now() + PATIENCE_MS;
    while (Date.now() < patience && !this.stage.over.aborted) {
      const { status } = await ask();
      // An api whose clock is wrong refuses good tokens.
      if (status !== 401 && !isWorthRepeating(status)) return;
      await sleep(150);
    }
  }

  /** Until this share (0..1) of the messages, or this count, has been acknowledged. */
  async acknowledged(share: number): Promise<void> {
    const goal = share <= 1 ? Math.floor(this.size.messages * share) : share;
    const patience = Date.now() + PATIENCE_MS;
    while (this.log.acknowledged < goal && !this.over) {
      if (Date.now() > patience)
        throw new Error(`${this.log.acknowledged} of ${goal} messages were acknowledged`);
      await sleep(20);
    }
  }

  /** Everybody goes: those of `sms` fall silent, so that their time runs out. */
  async leave(): Promise<void> {
    this.over = true;
    await Promise.all(
      this.customers
        .filter(({ voice }) => voice.channelId !== 'sms')
        .map(({ name, voice }) => {
          const asked = {
            kind: 'act',
            key: `leave ${name}`,
            channelId: voice.channelId,
            customer: name,
            text: '',
          } as const;
          // Refused: they had gone already.
          return this.untilTaken(() => this.log.ask(asked, () => voice.leave()));
        }),
    );
  }

  async known(): Promise<readonly SeenCustomer[]> {
    return Promise.all(
      this.customers.map(async (customer) => ({
        name: customer.name,
        customerId: await this.know(customer),
      })),
    );
  }

  /** Counts as said: `text` is what has to be archived of it. */
  expect(customer: Customer, key: string, text: string): void {
    const { begun, answered, status, at, ms } = this.log.attempts.at(-1) as Attempt; // the one just made
    this.log.attempts.push({
      ...{ kind: 'message', key, channelId: customer.voice.channelId, customer: customer.name },
      ...{ text, begun, answered, status, at, ms },
    });
  }

  /** Letters and digits that no other message of this process has, whatever the seed. */
  newKey(): string {
    return `${nextNumber().toString(36)}x${word(this.random, 10)}`;
  }

  any(): Customer {
    return oneOf(this.random, this.customers);
  }
}

interface Session {
  readonly channelId: string;
  readonly customerIdentifier: string;
}

/**
 * Of a conversation that was just given to this agent: routing tells them before the conversation has let them in, and until then they
 * may do nothing there.
 */
async function sessionsOf(
  api: Api,
  conversationId: string,
  agentId: string,
): Promise<readonly Session[]> {
  const patience = Date.now() + LET_IN_MS;
  for (;;) {
    const conversation = await api.read<{
      state: string;
      channelSessions: readonly Session[];
      participants: readonly { readonly id: string }[];
    }>(`/v1/conversations/${conversationId}`);
    const settled =
      conversation?.state === 'CLOSED' ||
      conversation?.participants.some(({ id }) => id === agentId);
    // Whoever asks is present: nobody may go on asking in a fault about agents who are not.
    if (settled || Date.now() > patience) return conversation?.channelSessions ?? [];
    await sleep(200);
  }
}

const LET_IN_MS = 30_000;

/** Numbers that nothing else of this process has: identities and keys are for ever. */
let count = 0;
function nextNumber(): number {
  count += 1;
  return count;
}
