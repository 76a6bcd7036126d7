import path from 'node:path';
import { type RecordedHistory, readHistory, recordedFolder } from '../../scripts/histories';
import { type Comparison, compare } from '../../scripts/would-change/compare';
import { recordedOf } from '../../scripts/would-change/recorded';
import { replay } from '../../scripts/would-change/replayed';
import { reportOf } from '../../scripts/would-change/report';
import '../support/quiet';
import { workflowBundle } from '../support/workflow-bundle';

const GREETING = 'Hello! I am the assistant.';

interface Code {
  readonly code: string;
}
let current: Code;
let menu: RecordedHistory;

beforeAll(async () => {
  current = await workflowBundle();
  menu = await readHistory(path.join(recordedFolder(), '0.1.0-greeter-menu-unanswered.json'));
});

/** The current code with one place of it worded otherwise. */
function edited(from: string | RegExp, to: string): Code {
  const code = current.code.replace(from, to);
  expect(code).not.toBe(current.code);
  return { code };
}

async function wouldChange(
  candidate: Code,
  ran: Code | null,
  given: RecordedHistory = menu,
): Promise<Comparison> {
  const recorded = recordedOf(given.history);
  const before = ran && (await replay(ran, given, recorded));
  return compare(recorded, await replay(candidate, given, recorded), before);
}

describe('would-change', () => {
  it('finds nothing where nothing was edited, down to what local activities are given', async () => {
    const { verdict, differences, decisions, byKindOnly } = await wouldChange(current, current);
    expect({ verdict, differences, byKindOnly }).toEqual({
      verdict: 'same',
      differences: [],
      byKindOnly: 0,
    });
    expect(decisions).toBeGreaterThan(10);
  });

  it('says what a bot would say instead, with the code that ran at hand', async () => {
    const { verdict, differences } = await wouldChange(edited(GREETING, 'Good day!'), current);
    expect(verdict).toBe('differs');
    expect(differences).toMatchObject([
      {
        what: 'appendTimeline',
        was: expect.stringContaining(`body.text "${GREETING}"`),
        wouldBe: expect.stringContaining('body.text "Good day!"'),
      },
    ]);
  });

  it('knows by the hash of the archive that entries differ, with nothing but the history', async () => {
    const all = await Promise.all([
      wouldChange(current, null),
      wouldChange(edited(GREETING, 'Good day!'), null),
    ]);
    const [before, after] = all.map(({ differences }) => differences);
    const news = after?.filter(({ event }) => !before?.some((known) => known.event === event));
    expect(news).toEqual([
      {
        event: 10,
        what: 'appendTimeline',
        was: expect.stringMatching(/^entries with the hash [0-9a-f]{12}…$/),
        wouldBe: expect.stringContaining('4 BOT_MESSAGE "Good day!"'),
      },
    ]);
  });

  it('says when a deadline would be another', async () => {
    const { differences } = await wouldChange(
      edited("timeout: '5 minutes'", "timeout: '4 minutes'"),
      null,
    );
    expect(differences).toContainEqual(
      expect.objectContaining({
        what: 'timer',
        was: expect.stringMatching(/^afterMs 2999\d\d$/),
        wouldBe: expect.stringMatching(/^afterMs 2399\d\d$/),
      }),
    );
  });

  it('says where a run could not go on, and what of it was decided otherwise', async () => {
    const changed = await workflowBundle(undefined, path.resolve('test/replay/changed/index.ts'));
    const comparison = await wouldChange(changed, null);
    expect(comparison).toMatchObject({
      verdict: 'breaks',
      broken: expect.stringContaining('TMPRL1100'),
    });
    expect(comparison.differences).toContainEqual(
      expect.objectContaining({ what: 'timer', wouldBe: 'for "", afterMs 1000' }),
    );
    const report = reportOf([{ name: 'menu', against: 'the history', ...comparison }], 'b1');
    expect(report).toContain('Candidate b1: 0 same, 0 differ, 1 break.');
    expect(report).toContain('cannot go on: [TMPRL1100]');
  });
});
