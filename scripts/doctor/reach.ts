import { type Finding, fail, ok, reasonOf, warn } from './finding';
import { skewFinding } from './mongodb';
import { isLoopback } from './secrets';

const PATIENCE_MS = 5_000;

/** Whether the outside address leads here, and whether it is one to give to providers. */
export async function checkPublicUrl(
  publicUrl: string,
  get: typeof globalThis.fetch,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  if (isLoopback(publicUrl))
    findings.push(warn('public address', `${publicUrl}: no provider reaches this machine by it`));
  else if (!publicUrl.startsWith('https:'))
    findings.push(fail('public address', `${publicUrl}: tokens and messages would go in plain`));
  try {
    const answer = await get(`${publicUrl}/healthz`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    const body = (await answer.json().catch(() => null)) as { readonly status?: string } | null;
    const date = answer.headers.get('date');
    if (body?.status !== 'ok')
      return [
        ...findings,
        fail('public address', `${publicUrl} answers ${answer.status}, and is not Parley`),
      ];
    findings.push(ok('public address', `${publicUrl} leads to Parley`));
    // Whole seconds, rounded down.
    if (date) findings.push(skewFinding('clock of the api', Date.parse(date) + 500 - Date.now()));
  } catch (error) {
    findings.push(warn('public address', `${publicUrl} does not answer: ${reasonOf(error)}`));
  }
  return findings;
}
