import { countsOf } from '../checker/check';
import type { Result } from '../play';

/** What a run came to, without what the checker saw. */
export function summaryOf(results: readonly Result[]) {
  return results.map(({ record: _record, anomalies, ...result }) => ({
    ...result,
    anomalies: countsOf(anomalies),
  }));
}

/** The table of a run, as Markdown. */
export function markdownOf(
  results: readonly Result[],
  about: { readonly commit: string | null; readonly machine: string; readonly at: string },
): string {
  const rows = results.map((result) => [
    result.fault.id,
    result.fault.what,
    String(result.seed),
    result.verdict === 'skipped' ? `skipped: ${result.why}` : result.verdict,
    String(result.messages),
    Object.entries(countsOf(result.anomalies))
      .map(([word, count]) => `${word} ${count}`)
      .join(', ') || '-',
    result.verdict === 'skipped' ? '-' : `${Math.round(result.settledMs / 1000)} s`,
    result.fault.goal ?? '-',
  ]);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    `Commit ${about.commit ?? 'unknown'}, ${about.machine}, ${about.at}.`,
    '',
    line([
      'Fault',
      'What',
      'Seed',
      'Verdict',
      'Acknowledged',
      'Anomalies',
      'Settled within',
      'Goal',
    ]),
    line(Array.from({ length: 8 }, () => '---')),
    ...rows.map(line),
    '',
    totalsOf(results),
    '',
  ].join('\n');
}

/** One line: what the bar asks for. */
export function totalsOf(results: readonly Result[]): string {
  const played = results.filter(({ verdict }) => verdict !== 'skipped');
  const messages = played.reduce((sum, result) => sum + result.messages, 0);
  const counts = countsOf(played.flatMap(({ anomalies }) => anomalies));
  const count = (word: string) => counts[word] ?? 0;
  const others = Object.entries(counts).filter(
    ([word]) => !['lost', 'duplicate', 'reordered', 'stuck'].includes(word),
  );
  return [
    `${messages} messages over ${played.length} faults: lost ${count('lost')}, duplicated ${count('duplicate')},`,
    `reordered ${count('reordered')}, stuck ${count('stuck')}${others.map(([word, n]) => `, ${word} ${n}`).join('')};`,
    `${played.filter(({ verdict }) => verdict === 'failed').length} failed, ${results.length - played.length} skipped.`,
  ].join(' ');
}
