import { DefaultFailureConverter } from '@temporalio/common';

/**
 * How errors of workflow code become failures in a history. A worker that seals payloads says so by a global that it sets before the
 * bundle runs (workers/bundle.ts): then texts and stacks go where the codec seals them, since a text may quote a customer
 * (`Unexpected token … is not valid JSON`). One bundle serves both, so that sealing makes no new version.
 */
export const failureConverter = new DefaultFailureConverter({
  encodeCommonAttributes:
    (globalThis as { readonly parleySealsFailures?: boolean }).parleySealsFailures === true,
});
