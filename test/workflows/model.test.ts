import type { SendPart } from '../../activities/types';
import type { AppendBatch } from '../../infra/stores';
import { MemoryArchive } from '../support/fakes/memory-archive';
import { describeAct } from '../support/model/acts';
import type { Command } from '../support/model/commands';
import { disagreements } from '../support/model/level-2';
import { Live } from '../support/model/live';
import { LiveWorld } from '../support/model/live-world';
import { type Recording, recorded, recordedOf } from '../support/model/recording';

/**
 * Level 2 of the model test: what level 1 (test/domain/model.test.ts) did with the pure cores is done again with the product's own
 * conversation and routing workflows on Temporal's time-skipping server, and both must come to the same timelines.
 *
 * More by hand: `MODEL_RUNS=200 npx jest test/workflows/model.test.ts`. A failure prints its seed and what was done;
 * `npx jest test/workflows/model.test.ts --seed=<n>` plays that seed again.
 */
const RANDOM_RUNS = Number(process.env['MODEL_RUNS'] ?? 1);
/** Between them almost every kind of entry and change of state that lists come to. */
const FIXED = [65, 90, 91, 227, 393];
const RANDOM = Array.from({ length: RANDOM_RUNS }, (_, n) => jest.getSeed() + n);
/** A run takes a few seconds; on a machine with other work far longer. */
const PATIENCE_MS = 600_000;

let live: Live;
beforeAll(async () => {
  live = await Live.open();
}, PATIENCE_MS);
afterAll(() => live?.close());

async function agree(recording: Recording): Promise<void> {
  const { seed, acts, found: before } = recording;
  const found = before.length > 0 ? before : await disagreements(live, recording);
  if (found.length > 0)
    throw new Error([`seed ${seed}`, ...found, 'all acts:', ...acts.map(describeAct)].join('\n'));
}

describe('the workflows against the engine of level 1', () => {
  it.each([...new Set([...FIXED, ...RANDOM])])(
    'seed %i: both levels come to the same timelines, and everything to its end',
    (seed) => agree(recorded(seed)),
    PATIENCE_MS,
  );
});

type Kinds = readonly Command['kind'][];
/** All of the first customer and the first agent, on a channel whose provider takes keys. */
const story = (kinds: Kinds) => recordedOf(kinds.map((kind) => ({ kind, a: 0, b: 1 })));
const ANSWERED: Kinds = ['an agent is ready', 'writes elsewhere', 'accepts', 'an agent writes'];

it(
  'agree: what its provider never takes fails when the grace of the closing is over',
  () =>
    agree(
      story([
        ...ANSWERED.slice(0, 3),
        'a send is throttled',
        'an agent writes',
        'force-closes',
        'ten minutes pass',
      ]),
    ),
  PATIENCE_MS,
);

it(
  'agree: a send that waits for news of its unknown outcome ends by it, and is said once to have failed',
  () =>
    agree(
      recordedOf([
        { kind: 'an agent is ready', a: 0, b: 0 },
        { kind: 'writes elsewhere', a: 0, b: 3 },
        { kind: 'accepts', a: 0, b: 0 },
        { kind: 'the answer of a send is lost', a: 0, b: 0 },
        { kind: 'an agent writes', a: 0, b: 0 },
        { kind: 'a receipt', a: 0, b: 3 },
        { kind: 'a minute passes', a: 0, b: 0 },
      ]),
    ),
  PATIENCE_MS,
);

/** A provider is called once more for a part that it has. */
class Doubling extends LiveWorld {
  override sendPart(part: SendPart) {
    void this.delivered.call(`${part.messageId}-${part.part}`, 'at-least-once', 'ok');
    return super.sendPart(part);
  }
}
/** An archive says that it has what it has not. */
class Leaky extends LiveWorld {
  override readonly archive = new (class extends MemoryArchive {
    override async appendTimeline(batch: AppendBatch): Promise<string> {
      const hash = await super.appendTimeline(batch);
      this.of(batch.conversationId).pop();
      return hash;
    }
  })();
}

describe('the comparison itself', () => {
  it.each([
    ['calls', 'a part is sent twice', Doubling],
    ['entries', 'the archive loses what it confirmed', Leaky],
  ])(
    'sees %s: %s',
    async (word, _what, World) => {
      const found = await disagreements(live, story(ANSWERED), World);
      expect(found.join('\n')).toContain(word);
    },
    PATIENCE_MS,
  );
});
