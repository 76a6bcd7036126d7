import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';

const SOURCE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** Rules as axe selects them. */
type Rules = { readonly type: 'tag' | 'rule'; readonly values: readonly string[] };
/** WCAG 2.2 AA and good practice. */
export const EVERY_RULE: Rules = {
  type: 'tag',
  values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
};
/** What a page in other colours may break. */
export const RULES_OF_COLOURS: Rules = {
  type: 'rule',
  values: ['color-contrast', 'link-in-text-block'],
};

export interface Fault {
  readonly rule: string;
  /** Where: a selector, or several through frames and shadow roots. */
  readonly target: string;
  /** What would mend it. */
  readonly summary: string;
}

/** What axe finds wrong with a page, its open shadow roots included, as it stands. It is brought into each document once. */
export async function faultsIn(page: Page, rules: Rules): Promise<readonly Fault[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(SOURCE);
  return page.evaluate(async (runOnly) => {
    const { axe } = globalThis as unknown as InPage;
    // Of what is right there is nothing to be told, and it is by far the most.
    const { violations } = await axe.run({ runOnly, resultTypes: ['violations'] });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => ({
        rule: id,
        target: String(target),
        summary: failureSummary ?? '',
      })),
    );
  }, rules);
}

/** What the function that runs in the page uses of it. */
interface InPage {
  readonly axe: {
    run(options: {
      readonly runOnly: Rules;
      readonly resultTypes: readonly ['violations'];
    }): Promise<{
      readonly violations: readonly {
        readonly id: string;
        readonly nodes: readonly {
          readonly target: readonly unknown[];
          readonly failureSummary?: string;
        }[];
      }[];
    }>;
  };
}
