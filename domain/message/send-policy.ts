import type { AmbiguousSend } from '../channel/capabilities';
import {
  CONNECTOR_ERROR_TYPES,
  type ConnectorErrorFacts,
  type ConnectorErrorType,
} from '../errors';

/** What one attempt to send a part came to. `unsettled`: there is still no news of an earlier attempt of unknown outcome. */
export type SendOutcome =
  | { readonly type: 'sent' }
  | { readonly type: 'unsettled' }
  /** `error`: type of the failure; one that is no ConnectorErrorType leaves the outcome unknown. */
  | { readonly type: 'failed'; readonly error: string; readonly facts: ConnectorErrorFacts };

/** How an attempt goes about an earlier one of unknown outcome: see whether news settled it, look it up, send again. */
export type Recovery = 'settle' | 'lookup' | 'resend';

export interface Attempted {
  readonly outcome: SendOutcome;
  /** From 1, over all tries of the part. */
  readonly attempt: number;
  /** How this attempt went about an earlier one; null for a plain send. */
  readonly recovering: Recovery | null;
  readonly now: string;
  readonly expiresAt: string;
  readonly policy: AmbiguousSend;
  readonly ambiguousWaitMs: number;
  /** The provider reports deliveries with our id or its own, so that waiting for news makes sense. */
  readonly reportsOutcome: boolean;
  /** Spreads retries; the same seed and attempt always give the same pause. */
  readonly seed: string;
}
/** `retry.at` ISO UTC. */
export type NextStep =
  | { readonly type: 'next' }
  | { readonly type: 'retry'; readonly at: string; readonly recover: Recovery | null }
  | { readonly type: 'fail'; readonly reason: string };

/** The pause before the second attempt; each further one is twice as long. */
const BASE_MS = 1_000;
const LONGEST_MS = 300_000;
/** A stopped channel needs a person; it is probed at this pace at first. */
const STOPPED_BASE_MS = 30_000;
/** Before the end of a reply window: time for one call. */
const LAST_TRY_MS = 20_000;
/** A message that left us this often without an answer is not sent once more (reliability.md F8). */
const MAX_UNANSWERED = 8;
/** Before a look-up where no news can come: time for the provider to list what it took. */
const LOOKUP_PAUSE_MS = 2_000;

/**
 * What follows an attempt to send one part (connectors.md 1.6, 1.7; reliability.md 5). Pure; the workflow does as it says. Certain
 * failures are tried again until `expiresAt`, final ones fail, unknown outcomes follow the declared policy.
 */
export function afterSend(attempted: Attempted): NextStep {
  const { outcome } = attempted;
  if (outcome.type === 'sent') return { type: 'next' };
  if (outcome.type === 'unsettled') return recoverNow(attempted);
  const { facts } = outcome;
  const error = isConnectorErrorType(outcome.error) ? outcome.error : 'Ambiguous';
  switch (error) {
    case 'Throttled':
    case 'Unavailable':
      return again(
        attempted,
        error,
        Math.max(facts.retryAfterMs ? 0 : backOff(attempted), waitAsAsked(attempted, facts)),
        facts.windowEndsAt,
      );
    case 'ChannelStopped':
      return again(attempted, error, backOff(attempted, STOPPED_BASE_MS), facts.windowEndsAt);
    case 'Rejected':
    case 'SessionWindowClosed':
    case 'Unreachable':
    case 'OptedOut':
      return { type: 'fail', reason: failureReason(error, facts) };
    case 'Ambiguous':
      return afterUnknown(attempted, facts);
  }
}

/** The reason of a failure as views and reports show it. */
export function failureReason(error: ConnectorErrorType, facts: ConnectorErrorFacts = {}): string {
  if (error === 'SessionWindowClosed') return 'SESSION_WINDOW_CLOSED';
  if (error === 'Ambiguous') return OUTCOME_UNKNOWN;
  return error === 'Rejected' && facts.reason === 'expired' ? 'expired' : error;
}

const OUTCOME_UNKNOWN = 'outcomeUnknown';
const UNKNOWN: NextStep = { type: 'fail', reason: OUTCOME_UNKNOWN };

/**
 * Certainly not sent. An earlier attempt may still be of unknown outcome: then the next one goes about it in the same way. Where the
 * reply window would end first, one last attempt goes just before it; after that the agent is told at once, and may use a template.
 */
function again(
  attempted: Attempted,
  error: ConnectorErrorType,
  pauseMs: number,
  windowEndsAt = attempted.expiresAt,
): NextStep {
  const { now, expiresAt, recovering } = attempted;
  const recover = recovering === 'settle' ? null : recovering;
  const at = later(now, pauseMs);
  const inWindow = windowEndsAt >= expiresAt || at < windowEndsAt;
  if (inWindow && at < expiresAt) return { type: 'retry', at, recover };
  const lastAt = later(windowEndsAt, -LAST_TRY_MS);
  if (!inWindow && lastAt > now) return { type: 'retry', at: lastAt, recover };
  if (recover !== null) return UNKNOWN;
  return { type: 'fail', reason: failureReason(inWindow ? error : 'SessionWindowClosed') };
}

function afterUnknown(attempted: Attempted, facts: ConnectorErrorFacts): NextStep {
  const { policy, now, ambiguousWaitMs, reportsOutcome, attempt, expiresAt } = attempted;
  const newsMs = reportsOutcome ? ambiguousWaitMs : 0;
  const unanswered = attempt >= MAX_UNANSWERED;
  switch (policy) {
    case 'exactly-once-with-key': {
      const at = later(now, Math.max(backOff(attempted), facts.retryAfterMs ?? 0));
      return at < expiresAt ? { type: 'retry', at, recover: 'resend' } : UNKNOWN;
    }
    case 'reconcile-by-lookup':
      if (facts.reason === 'lookup' || unanswered) return UNKNOWN;
      return { type: 'retry', at: later(now, newsMs || LOOKUP_PAUSE_MS), recover: 'lookup' };
    case 'at-least-once': {
      const at = later(now, newsMs || backOff(attempted));
      return unanswered || at >= expiresAt ? UNKNOWN : { type: 'retry', at, recover: 'resend' };
    }
    case 'at-most-once':
      return newsMs > 0 ? { type: 'retry', at: later(now, newsMs), recover: 'settle' } : UNKNOWN;
  }
}

/** The wait is over and no news came. */
function recoverNow({ policy, now, expiresAt }: Attempted): NextStep {
  if (policy === 'at-most-once') return UNKNOWN;
  if (policy === 'reconcile-by-lookup') return { type: 'retry', at: now, recover: 'lookup' };
  return now < expiresAt ? { type: 'retry', at: now, recover: 'resend' } : UNKNOWN;
}

/** Growing, spread by a quarter either way. */
function backOff({ attempt, seed }: Attempted, baseMs = BASE_MS): number {
  const pause = Math.min(baseMs * 2 ** Math.min(attempt - 1, 20), LONGEST_MS);
  return Math.round(pause * (0.75 + spread(seed, attempt) / 2));
}

/** What the provider asks for, and up to a tenth more, never over a second. */
function waitAsAsked(
  { attempt, seed }: Attempted,
  { retryAfterMs = 0 }: ConnectorErrorFacts,
): number {
  return retryAfterMs + Math.round(Math.min(retryAfterMs / 10, 1_000) * spread(seed, attempt));
}

/** 0 to 1, from FNV-1a over seed and attempt. */
function spread(seed: string, attempt: number): number {
  let hash = 0x811c9dc5;
  for (const character of `${seed}#${attempt}`)
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash / 0x1_0000_0000;
}

function later(now: string, ms: number): string {
  return new Date(Date.parse(now) + ms).toISOString();
}

function isConnectorErrorType(type: string): type is ConnectorErrorType {
  return (CONNECTOR_ERROR_TYPES as readonly string[]).includes(type);
}
