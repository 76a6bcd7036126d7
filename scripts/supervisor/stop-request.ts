/** The wish to end, wherever it comes from. The first one counts. */
export interface StopRequest {
  readonly signal: AbortSignal;
  /** `exitCode` of this process. */
  request(reason: string, exitCode?: number): void;
}

/** One Ctrl-C arrives several times: from the terminal, from npm, from the bootstrap. */
const SAME_SIGNAL_MS = 1_000;

/**
 * SIGINT, SIGTERM, SIGHUP, or the process that started this one gone. `onSecond` is called when a signal comes again after
 * a moment: somebody does not want to wait for the drain.
 */
export function listenForStop(
  onFirst: (reason: string) => void,
  onSecond: () => void,
): StopRequest {
  const controller = new AbortController();
  let stoppedAt = 0;
  const request = (reason: string, exitCode = 0) => {
    if (controller.signal.aborted) return;
    stoppedAt = Date.now();
    process.exitCode = exitCode;
    onFirst(reason);
    controller.abort(reason);
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted && Date.now() - stoppedAt > SAME_SIGNAL_MS) onSecond();
      request(`${name}: draining`);
    });
  }
  process.once('disconnect', () => request('the process that started this one is gone: draining'));
  return { signal: controller.signal, request };
}
