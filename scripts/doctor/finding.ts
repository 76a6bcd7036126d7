/** What one check found. `fail` must be mended, `warn` should be known; `skipped` says why nothing could be found. */
export interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'warn' | 'fail' | 'skipped';
  /** In a few words; never a secret. */
  readonly detail: string;
}

export const ok = (check: string, detail: string): Finding => ({ check, state: 'ok', detail });
export const warn = (check: string, detail: string): Finding => ({ check, state: 'warn', detail });
export const fail = (check: string, detail: string): Finding => ({ check, state: 'fail', detail });
export const skipped = (check: string, detail: string): Finding => ({
  check,
  state: 'skipped',
  detail,
});

/** A table for people. */
export function asTable(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.map(
    ({ check, state, detail }) =>
      `${state.toUpperCase().padEnd(8)} ${check.padEnd(width)}  ${detail}`,
  );
  const count = (state: Finding['state']) =>
    findings.filter((finding) => finding.state === state).length;
  const sum = `${count('ok')} ok, ${count('warn')} to know, ${count('fail')} to mend, ${count('skipped')} skipped`;
  return `${lines.join('\n')}\n\n${sum}`;
}

/** An error's first line, scrubbed by whoever prints it. */
export function reasonOf(error: unknown): string {
  const { message, cause } = error as { readonly message?: unknown; readonly cause?: unknown };
  const first = String(message ?? error).split('\n')[0] ?? '';
  return cause instanceof Error ? `${first} ${cause.message.split('\n')[0]}` : first;
}
