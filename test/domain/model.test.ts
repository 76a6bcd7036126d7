import fc from 'fast-check';
import type { Decision } from '../../domain/conversation/effects';
import { mergeReports } from '../../domain/message/delivery';
import { KeyRing } from '../../workflows/conversation/key-ring';
import { Stage } from '../support/model/commands';
import { ModelEngine } from '../support/model/engine';
import { Erasure } from '../support/model/erasure';
import type { Receipt } from '../support/model/ledger';
import { commands } from '../support/model/lists';
import { plays, wordsOf } from '../support/model/play';
import { commandsOf, type Row } from '../support/model/rows';
import { type Chat, homeOf } from '../support/routed/chat';

/**
 * More by hand: `MODEL_RUNS=100000 npx jest test/domain/model.test.ts`. A failure prints its seed, its path and the shrunk commands;
 * `npm test -- --seed=<n>` repeats it.
 */
const RUNS = Number(process.env['MODEL_RUNS'] ?? 120);

describe('the engine against the reference model', () => {
  it(
    'keeps what it acknowledged, once and in order, and comes to its end, whatever happens',
    () => {
      fc.assert(
        fc.property(commands, (list) => {
          const found = plays(list);
          if (found.length > 0) throw new Error(found.slice(0, 5).join('; '));
        }),
        { numRuns: RUNS },
      );
    },
    60_000 + RUNS * 1_000,
  );
});

/** An agent has the customer, on the channel whose provider has no keys and reports outcomes. */
const SERVED: readonly Row[] = [
  ['an agent is ready', 0, 0],
  ['writes elsewhere', 0, 3],
  ['everything arrives', 0, 0],
  ['accepts', 0, 0],
  ['everything arrives', 0, 0],
  ['an agent writes', 0, 0],
];

/** A merge is on its way to a conversation that ends, and brings sessions there when it has ended. */
const MOVED_LATE: readonly Row[] = [
  ['writes', 0, 0],
  ['writes', 1, 0],
  ['everything arrives', 0, 0],
  ['merges', 0, 1],
  ['erases', 0, 0],
  ['a minute passes', 0, 0],
  ['the merge goes on', 3, 0],
  ['a minute passes', 0, 0],
  ['post arrives', 3, 0],
  ['a minute passes', 0, 0],
];
/** Customers are erased: one who is served and to whom a message is on its way, one who waits; both write again, the first at once. */
const GONE: readonly Row[] = [
  ...SERVED,
  ['writes', 1, 0],
  ['writes', 2, 0],
  ['everything arrives', 0, 0],
  ['erases', 0, 0],
  ['writes', 0, 0],
  ['the provider repeats', 0, 0],
  ['erases', 1, 0],
  ['a minute passes', 0, 0],
  ['everything arrives', 0, 0],
  ['the archive is down', 0, 0],
  ['the erasure goes on', 0, 0],
  ['the archive is back', 0, 0],
  ['a minute passes', 0, 0],
  ['everything arrives', 0, 0],
  ['the provider repeats', 0, 1],
  ['writes', 1, 0],
  ['everything arrives', 0, 0],
];

describe('what was found once', () => {
  it.each<readonly [what: string, rows: readonly Row[]]>([
    [
      'a send that waited for news fails by it, and its conversation says so once',
      [
        ...SERVED,
        ['the answer of a send is lost', 0, 0],
        ['a receipt', 0, 3],
        ['a minute passes', 0, 0],
        ['a send succeeds', 0, 0],
      ],
    ],
    [
      'an agent is logged out whose conversation is closing',
      [
        ...SERVED,
        ['force-closes', 0, 0],
        ['an agent logs out', 0, 0],
        ['everything arrives', 0, 0],
      ],
    ],
    [
      'a merge brings an agent and no session to where everybody has left',
      [
        ['an agent is ready', 0, 0],
        ['writes elsewhere', 1, 1],
        ['everything arrives', 0, 0],
        ['accepts', 0, 0],
        ['everything arrives', 0, 0],
        ['writes elsewhere', 2, 2],
        ['an agent writes', 1, 0],
        ['ten minutes pass', 0, 0],
        ['merges', 1, 2],
        ['ten minutes pass', 0, 0],
      ],
    ],
    [
      'it does so to somebody who is erased',
      [...SERVED, ['ten minutes pass', 0, 0], ['writes', 2, 0], ['merges', 0, 2], ['erases', 2, 0]],
    ],
    [
      'the one agent who is asked for is logged out',
      [
        ...SERVED,
        ['confers', 0, 7],
        ['an agent is ready', 1, 0],
        ['everything arrives', 0, 0],
        ['an agent logs out', 10, 0],
      ],
    ],
    [
      'routing does not answer before the request that it was asked for is over',
      [
        ...SERVED,
        ['transfers warm', 0, 11],
        ['an agent is ready', 5, 0],
        ['ten minutes pass', 0, 0],
        ['writes', 0, 0],
        ['everything arrives', 0, 0],
      ],
    ],
    ['a merge brings sessions to a conversation that an erasure has closed', MOVED_LATE],
  ])('%s', (_what, rows) => {
    expect(plays(commandsOf(rows))).toEqual([]);
  });
});

/** A customer writes on two channels; the provider repeats, also after the end; an agent answers on the second channel. */
const STORY = commandsOf([
  ['an agent is ready', 0, 0],
  ['writes', 0, 0],
  ['everything arrives', 0, 0],
  ['accepts', 0, 0],
  ['everything arrives', 0, 0],
  ['writes elsewhere', 0, 1],
  ['writes elsewhere', 0, 1],
  ['the provider repeats', 0, 1],
  ['everything arrives', 0, 0],
  ['an agent writes', 0, 0],
  ['the answer of a send is lost', 0, 0],
  ['a send succeeds', 0, 0],
  ['a receipt', 0, 2],
  ['a receipt', 0, 0],
  ['continues as new', 0, 0],
  ['the archive is down', 0, 0],
  ['force-closes', 0, 0],
  ['the provider repeats', 0, 0],
  ['the archive is back', 0, 0],
]);

class Deaf extends ModelEngine {
  override receives(): void {
    // Acknowledged before it was signalled.
  }
}
class Forgetful extends ModelEngine {
  override receives(...[chat, message, settings]: Parameters<ModelEngine['receives']>): void {
    this.writesTo(homeOf(chat), { type: 'customerMessage', message, settings });
  }
  protected override ringOf(): KeyRing {
    return new KeyRing([]);
  }
}
/** The first message on a channel that sends takes a way of its own, and comes later than the second. */
class Hasty extends ModelEngine {
  private held = 0;
  override receives(...[chat, message, settings]: Parameters<ModelEngine['receives']>): void {
    if (!message.channelId.startsWith('web')) this.held += 1;
    if (this.held !== 1) super.receives(chat, message, settings);
    else homeOf(chat).mail.push({ type: 'customerMessage', message, settings });
  }
}
class Leaky extends ModelEngine {
  protected override decided(chat: Chat, decision: Decision): void {
    const [, ...entries] = decision.entries;
    super.decided(chat, { ...decision, entries });
  }
}
class Endless extends ModelEngine {
  override closes(): void {
    // Nothing is ever sealed.
  }
  override passes(seconds: number): void {
    if (seconds < 86_400) super.passes(seconds);
  }
}
class Losing extends ModelEngine {
  override continuesAsNew(): void {
    super.continuesAsNew();
    for (const chat of this.chats) chat.state = { ...chat.state, tasks: [] };
  }
}
class Forgiving extends ModelEngine {
  override hears(receipt: Receipt): void {
    super.hears(receipt);
    this.provider.ledger.viewOf = (part) => {
      const [last] = this.provider.ledger.reportsOf(part).slice(-1);
      return mergeReports(last ? [last] : []);
    };
  }
}
class Lenient extends ModelEngine {
  private readonly spared = new Set<string>();
  protected override ordersEnd(conversationId: string): void {
    for (const waits of this.routing.waiting.values()) this.spared.add(waits.conversationId);
    if (!this.spared.has(conversationId)) super.ordersEnd(conversationId);
  }
}
class Blind extends ModelEngine {
  protected override readonly Erasure = class extends Erasure {
    protected override get open(): readonly string[] {
      return [];
    }
    protected override runs(): boolean {
      return false;
    }
  };
}
class Patient extends ModelEngine {
  protected override readonly Erasure = class extends Erasure {
    protected override endsWhatBegan(): void {
      // Its retries come until it has ended by itself.
    }
  };
}
class Quoting extends ModelEngine {
  override erases(chat: Chat): void {
    super.erases(chat);
    this.archive.blank = () => undefined;
  }
}
class Sweeping extends ModelEngine {
  override erases(chat: Chat): void {
    super.erases(chat);
    const { archive } = this;
    const blank = archive.blank.bind(archive);
    archive.blank = () => {
      for (const id of archive.archived) blank(id);
    };
  }
}
class Doubling extends ModelEngine {
  protected override decided(chat: Chat, decision: Decision): void {
    super.decided(chat, decision);
    for (const id of this.provider.policies.keys())
      this.provider.delivered.counts.set(`${id}-1`, 2);
  }
}

describe('the model test itself', () => {
  it('finds nothing in a story without a fault', () => {
    expect(plays(STORY)).toEqual([]);
  });
  it.each([
    ['lost', 'a message is acknowledged and goes nowhere', Deaf],
    ['duplicate', 'the ring of keys is forgotten', Forgetful],
    ['reordered', 'a message overtakes one that was acknowledged before', Hasty],
    ['skipped', 'an entry does not reach the archive', Leaky],
    ['stuck', 'nothing is ever sealed', Endless],
    ['illegal', 'continue-as-new forgets a field', Losing],
    ['undeclared', 'a part is delivered twice', Doubling],
    ['divergent', 'the last news of a part is what counts', Forgiving],
  ])('%s: %s', (word, _what, Engine) => {
    expect(wordsOf(plays(STORY, new Stage(Engine)))).toEqual([word]);
  });

  it('finds nothing in erasures without a fault', () => {
    const stage = new Stage();
    expect(plays(commandsOf(GONE), stage)).toEqual([]);
    expect(stage.engine.erasures.map(({ done }) => done)).toEqual([true, true]);
  });
  it.each([
    ['stuck', 'an erasure leaves a task waiting', GONE, Lenient],
    ['stuck', 'it is done while conversations go on', GONE, Blind],
    ['stuck', 'it waits for what began meanwhile', MOVED_LATE, Patient],
    ['leak', 'it forgets who spoke, and not what was said', GONE, Quoting],
    ['divergent', 'it takes the words of another', GONE, Sweeping],
  ])('%s: %s', (word, _what, rows, Engine) => {
    expect(wordsOf(plays(commandsOf(rows), new Stage(Engine)))).toEqual([word]);
  });
});
