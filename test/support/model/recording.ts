import fc from 'fast-check';
import type { Chat } from '../routed/chat';
import { homeOf } from '../routed/chat';
import { anomalies } from '../routing-log';
import type { Act, ConversationName } from './acts';
import { CAPACITY, COMMANDS, type Command, Stage } from './commands';
import { OFTEN } from './lists';
import { PacedEngine } from './paced';
import { SLOW } from './slow';

/** Acts of one run, its end not counted. */
const ACTS = 24;

/**
 * Commands that only level 1 has, since nobody can give them to workflows from outside: how messages between workflows travel is
 * Temporal's own; a worker that knows nothing and a run that goes on as a new one are for a server that does both as in production
 * (test/workflows/continue-as-new.test.ts), and so is a customer who writes while the old conversation is CLOSING; presence is judged by
 * the clock of the machine; a bot without hooks cannot fail; the steps of an erasure are MongoDB's (test/api/privacy.test.ts).
 */
export const LEVEL_1_ONLY: ReadonlySet<Command['kind']> = new Set([
  'post arrives',
  'mail arrives',
  'a call arrives',
  'routing answers',
  'the answer arrives',
  'the merge goes on',
  'everything arrives',
  'continues as new',
  'an agent vanishes',
  'an agent is back',
  'the bot fails',
  'erases',
  'the erasure goes on',
]);

/** What level 1 did, and the timelines that came of it. */
export interface Recording {
  readonly seed: number;
  readonly acts: readonly Act[];
  readonly timelines: ReadonlyMap<ConversationName, readonly object[]>;
  readonly stage: PacedStage;
  /** What was wrong at level 1 already. */
  readonly found: readonly string[];
}

export class PacedStage extends Stage {
  declare readonly engine: PacedEngine;

  constructor() {
    super(PacedEngine, SLOW);
  }
  override writes(chat: Chat, channel: number, count: number): void {
    if (this.mayWrite(chat)) super.writes(chat, channel, count);
  }
  override repeats(n: number): void {
    if (this.engine.chats.every((chat) => this.mayWrite(chat))) super.repeats(n);
  }
  /** Few acts: whoever is offered something answers. */
  override answers(type: 'accept' | 'decline', agentId: string): void {
    const offers = [...this.engine.routing.waiting.values()].flatMap(({ offer }) => offer ?? []);
    const own = offers.find((offer) => offer.agentId === agentId) ?? offers[0];
    if (own) super.answers(type, own.agentId);
  }
  /** Few acts: news is of a message that there is. */
  override hears(...[n, state]: Parameters<Stage['hears']>): void {
    if (this.engine.provider.policies.size > 0) super.hears(n % 6 === 5 ? n - 1 : n, state);
  }
  /** A run that is overtaken goes on as a new one, which the time-skipping server does not do in one step. */
  private mayWrite(chat: Chat): boolean {
    return homeOf(chat).state.state !== 'CLOSING';
  }
}

const AT_WORK: readonly Command['kind'][] = [
  ...(['accepts', 'accepts', 'accepts', 'an agent is ready'] as const),
  ...(['an agent writes', 'an agent writes', 'an agent writes'] as const),
  ...(['writes elsewhere', 'writes elsewhere'] as const),
];
const KINDS = [...OFTEN, ...AT_WORK, ...(Object.keys(COMMANDS) as Command['kind'][])].filter(
  (kind) => !LEVEL_1_ONLY.has(kind),
);
const lists: fc.Arbitrary<readonly Command[]> = fc.noBias(
  fc.array(fc.record({ kind: fc.constantFrom(...KINDS), a: fc.nat(11), b: fc.nat(11) }), {
    minLength: 4 * ACTS,
    maxLength: 4 * ACTS,
  }),
);

/** The run of a seed. Lists in which deadlines come too close to each other are passed over: another is taken. */
export function recorded(seed: number): Recording {
  for (const list of fc.sample(lists, { seed, numRuns: 50 })) {
    const recording = recordedOf(list, seed);
    if (recording.stage.engine.tight.length === 0) return recording;
  }
  throw new Error(`no list of seed ${seed} can be played`);
}

/** The run of a list, as far as it is needed for so many acts. */
export function recordedOf(list: readonly Command[], seed = 0): Recording {
  const stage = new PacedStage();
  for (const command of list) {
    if (stage.engine.acts.length >= ACTS) break;
    stage.does(command);
  }
  ends(stage);
  const { engine, reference } = stage;
  const found = [
    ...engine.broken,
    ...reference.violations(),
    ...reference.unfinished(),
    ...anomalies(engine.log, CAPACITY),
  ];
  return { seed, acts: engine.acts, timelines: engine.timelines, stage, found };
}

/** Liveness: faults stop, what is pending is answered, and time passes the last deadline. */
function ends({ engine }: Stage & { readonly engine: PacedEngine }): void {
  engine.archiveGoes(false);
  engine.providerAnswers('ok');
  engine.passes(86_400);
  engine.over();
}
