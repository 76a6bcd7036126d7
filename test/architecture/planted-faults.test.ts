import path from 'node:path';
import { type PlantedProject, plantedLines, plantedProject } from './planted-project';

/** A check that cannot fail proves nothing: each tool, configured as for the product, must find what was planted for it. */
describe('planted faults', () => {
  let project: PlantedProject;
  beforeAll(async () => {
    project = await plantedProject();
  });
  afterAll(() => project.remove());

  it('M8: are all found by Oxlint, and nothing else is', async () => {
    const report = JSON.parse(await project.run('oxlint', '--format', 'json')) as OxlintReport;
    const found = report.diagnostics.map(({ filename, code, labels }) => {
      const rule = code.replace(/^(\w+)\((.+)\)$/, '$1/$2');
      return `${filename}:${labels[0]?.span.line} ${rule}`;
    });
    expect(found.sort()).toEqual(await plantedLines(project.dir, 'oxlint'));
  });

  it('are all found by Biome, and nothing else is', async () => {
    const found = await biome(project, 'lint', '--reporter=github', '.');
    expect(found).toEqual(await plantedLines(project.dir, 'biome'));
  });

  it('are not all found by Biome where Oxlint finds them: the day they are, Oxlint goes', async () => {
    const rules = ['noFloatingPromises', 'noMisusedPromises'].map(
      (rule) => `--only=nursery/${rule}`,
    );
    const found = await biome(project, 'lint', ...rules, '--reporter=github', 'workflows');
    const planted = await plantedLines(project.dir, 'oxlint');
    expect(found.length).toBeGreaterThan(0);
    expect(found.length).toBeLessThan(planted.length);
  });

  it('are found by dependency-cruiser, one per rule; the same imports as types pass', async () => {
    const folders = [
      'domain',
      'workflows',
      'activities',
      'connectors',
      'api',
      'workers',
      'infra',
      'web',
    ];
    const report = JSON.parse(
      await project.run('depcruise', '--output-type', 'json', ...folders),
    ) as CruiseReport;
    const found = report.summary.violations.map(
      ({ rule, from, to }) => `${rule.name}: ${from} -> ${basename(to)}`,
    );
    expect(found.sort()).toEqual([
      'activities-get-their-collaborators: activities/composing.ts -> infra/store.ts',
      'calendar-is-pure: domain/routing/calendar.ts -> @temporalio/common',
      'connectors-know-nothing-of-temporal: connectors/chatty.ts -> @temporalio/activity',
      'domain-is-pure: domain/impure.ts -> ./not-there',
      'domain-is-pure: domain/impure.ts -> infra/store.ts',
      'event-keys-are-hashes: domain/message/event-key.ts -> fs',
      'infra-is-at-the-bottom: infra/store.ts -> api/routes.ts',
      'no-circular: domain/circle-a.ts -> domain/circle-b.ts',
      'not-to-unresolvable: domain/impure.ts -> ./not-there',
      'only-entry-points-compose: api/composing.ts -> connectors/chatty.ts',
      'sandbox-has-no-hashes: workflows/with-hashes.ts -> domain/message/event-key.ts',
      'sandbox-sees-only-the-workflow-sdk: workflows/built-in.ts -> fs',
      'sandbox-sees-only-the-workflow-sdk: workflows/with-activities.ts -> activities/index.ts',
      'sandbox-sees-schemas-as-types: workflows/with-schema.ts -> domain/schema.ts',
      'web-knows-the-server-by-type: web/server-code.ts -> api/routes.ts',
      'workflow-code-is-never-a-value-outside: api/composing.ts -> workflows/promises.ts',
      'zod-only-in-schemas: domain/impure.ts -> domain/schema.ts',
    ]);
  });

  it('are found by knip', async () => {
    const report = JSON.parse(await project.run('knip', '--reporter', 'json')) as KnipReport;
    const found = report.issues.flatMap(({ file, exports }) =>
      exports.map(({ name }) => `${file}: ${name}`),
    );
    expect(found).toEqual(['workers/half-used.ts: unused']);
  });
});

interface OxlintReport {
  readonly diagnostics: readonly {
    readonly code: string;
    readonly filename: string;
    readonly labels: readonly { readonly span: { readonly line: number } }[];
  }[];
}
interface CruiseReport {
  readonly summary: {
    readonly violations: readonly {
      readonly rule: { readonly name: string };
      readonly from: string;
      readonly to: string;
    }[];
  };
}
interface KnipReport {
  readonly issues: readonly {
    readonly file: string;
    readonly exports: readonly { readonly name: string }[];
  }[];
}

/** Its findings in the form of {@link plantedLines}. */
async function biome(project: PlantedProject, ...args: readonly string[]): Promise<string[]> {
  const output = await project.run('biome', ...args);
  return [...output.matchAll(/^::\w+ title=([^,]+),file=([^,]+),line=(\d+)/gm)]
    .map(
      ([, rule, file = '', line]) =>
        `${path.relative(project.dir, path.resolve(project.dir, file))}:${line} ${rule}`,
    )
    .sort();
}

/** A package by its name, wherever node_modules really is. */
function basename(to: string): string {
  return /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(to)?.[1] ?? to;
}
