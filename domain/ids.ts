/** The prefixes of our own ids (domain.md section 1). Ids of configured objects are the administrator's. */
export const ID_PREFIXES = {
  customer: 'cus_',
  conversation: 'cnv_',
  session: 'ses_',
  message: 'msg_',
  entry: 'evt_',
  task: 'tsk_',
} as const;

/** The part of a conversation id after its prefix: the root from which the ids inside it are derived. */
export function conversationRoot(conversationId: string): string {
  return conversationId.slice(ID_PREFIXES.conversation.length);
}

/**
 * An id of something inside a conversation: prefix, the conversation's own root, and a counter in base 36.
 * Unique because the root is, and deterministic, so that `decide` needs no randomness. Holds no `.` (connectors.md 1.4).
 */
export function derivedId(prefix: string, conversationId: string, counter: number): string {
  return `${prefix}${conversationRoot(conversationId)}-${counter.toString(36)}`;
}

/** The conversation workflow of a customer: at most one open conversation each (architecture.md decision 1). */
export function conversationWorkflowId(customerId: string): string {
  return `conversation:${customerId}`;
}

/** The workflow that finishes the housekeeping of a conversation whose customer has already begun the next one. */
export function closingWorkflowId(conversationId: string): string {
  return `closing:${conversationId}`;
}

/** The workflow that merges customer `mergedCustomerId` into another. */
export function mergeWorkflowId(mergedCustomerId: string): string {
  return `merge:${mergedCustomerId}`;
}

/** The workflows that are named after a customer: where what is said to or by them arrives, and where a merge told who survives it. */
export function workflowsNamedAfter(customerId: string): readonly string[] {
  return [conversationWorkflowId(customerId), mergeWorkflowId(customerId)];
}

/** The workflow of a privacy job. */
export function privacyWorkflowId(kind: 'EXPORT' | 'ERASE', jobId: string): string {
  return `${kind.toLowerCase()}:${jobId}`;
}

/** The workflow that fetches the media of an inbound message, or of the edit of one. */
export function mediaWorkflowId(messageId: string): string {
  return `media:${messageId}`;
}

/** Id of part `n` (from 1) of an outbound message: the correlation id, and the idempotency key where one exists. */
export function partId(messageId: string, n: number): string {
  return `${messageId}-${n}`;
}
