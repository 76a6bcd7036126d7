/** The stable error codes of http-api.md section 1, with the HTTP status of each. */
export const PROBLEM_STATUS = {
  VALIDATION_FAILED: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  CONFLICT: 409,
  ILLEGAL_STATE: 409,
  SESSION_WINDOW_CLOSED: 409,
  PRECONDITION_FAILED: 412,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  IDEMPOTENCY_MISMATCH: 422,
  RATE_LIMITED: 429,
  INTERNAL: 500,
  UNAVAILABLE: 503,
} as const;
export type ProblemCode = keyof typeof PROBLEM_STATUS;

/** Why an action is refused: the code that the caller gets, and a sentence for people. */
export interface Refusal {
  readonly code: ProblemCode;
  readonly detail: string;
}

/** Thrown when a caller asked for something that is refused. `api/errors.ts` alone turns it into problem+json. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    readonly facts: {
      readonly errors?: readonly { readonly path: string; readonly message: string }[];
      readonly retryAfterSeconds?: number;
    } = {},
    options?: ErrorOptions,
  ) {
    super(`${code}: ${detail}`, options);
  }
}

/** The kinds of failed send (connectors.md 1.6). They cross Temporal as the `type` of an ApplicationFailure: renaming one breaks live conversations. */
export const CONNECTOR_ERROR_TYPES = [
  'Throttled',
  'Unavailable',
  'ChannelStopped',
  'Rejected',
  'SessionWindowClosed',
  'Unreachable',
  'OptedOut',
  'Ambiguous',
] as const;
export type ConnectorErrorType = (typeof CONNECTOR_ERROR_TYPES)[number];

export interface ConnectorErrorFacts {
  /** Milliseconds the provider asks us to wait. */
  readonly retryAfterMs?: number;
  readonly scope?: 'recipient' | 'channel' | 'account';
  /** Short machine reason, e.g. `auth`, `payment`, `outcomeUnknown`. */
  readonly reason?: string;
  /** The provider's own code, as text. */
  readonly code?: string;
  /** The provider's message with secrets and addresses removed. */
  readonly detail?: string;
  /** The provider's id of the call, for its support. */
  readonly traceId?: string;
  readonly outside?: 'template' | 'tag' | 'none';
  /** When the reply window of the message ends, ISO UTC: later it need not be tried. */
  readonly windowEndsAt?: string;
}

/** Thrown by a connector that did not deliver. Knows nothing of Temporal. */
export class ConnectorError extends Error {
  override readonly name = 'ConnectorError';
  constructor(
    readonly type: ConnectorErrorType,
    message: string,
    readonly facts: ConnectorErrorFacts = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
