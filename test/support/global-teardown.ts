import type { TestGlobals } from './global-setup';

/** Stops what test/support/global-setup.ts started. */
export default async function globalTeardown(): Promise<void> {
  await (globalThis as TestGlobals).stopTestServers?.();
}
