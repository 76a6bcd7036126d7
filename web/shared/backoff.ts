/** Milliseconds before attempt `failures + 1`: 1 s doubling to 20 s, half of it by chance, so that a thousand pages do not come back at once. */
export function backoffMs(failures: number): number {
  const ceiling = Math.min(20_000, 1000 * 2 ** Math.max(0, failures - 1));
  return ceiling / 2 + (Math.random() * ceiling) / 2;
}

/** Waits, but no longer than until the browser is online again, the page is shown again, or `signal` aborts. Never throws. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(wake, ms);
    const shown = () => {
      if (document.visibilityState === 'visible') wake();
    };
    function wake(): void {
      clearTimeout(timer);
      removeEventListener('online', wake);
      document.removeEventListener('visibilitychange', shown);
      signal.removeEventListener('abort', wake);
      resolve();
    }
    addEventListener('online', wake);
    document.addEventListener('visibilitychange', shown);
    signal.addEventListener('abort', wake);
  });
}
