import { DefaultFailureConverter } from '@temporalio/common';

/** What clients and workers use while payloads are sealed: texts and stacks of errors are payloads, too. Loaded by its path. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
