import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { repositoryRoot } from '../../workers/bundle';

const ROW = /^\| `([\w.]+)` +\| [^|]+ \| (blanked|deleted|kept)\b[^|]* +\|$/;

/** What docs/privacy.md says that erasure does to each collection. */
export async function erasureRules(): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(path.join(repositoryRoot(), 'docs', 'privacy.md'), 'utf8');
  const rules = new Map<string, string>();
  for (const line of text.split('\n').filter((each) => each.startsWith('| `'))) {
    const [, name, rule] = ROW.exec(line) ?? [];
    if (!name || !rule || rules.has(name)) throw new Error(`not a rule: ${line}`);
    rules.set(name, rule);
  }
  return rules;
}
