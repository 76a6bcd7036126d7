export interface Fault {
  readonly path: string;
  readonly message: string;
}

/** Thrown when the API refuses or cannot be reached. `status` 0: no answer. `code`, `detail`: of problem+json. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    /** Where a body was wrong. */
    readonly faults: readonly Fault[] = [],
    /** Milliseconds, from `Retry-After`. */
    readonly retryAfterMs: number | null = null,
  ) {
    super(detail || `${status} ${code}`);
  }
  /** Trying again may help: nothing answered, or the answer says so, as it does while an earlier try is still being answered. */
  get passing(): boolean {
    const { status, retryAfterMs } = this;
    return (
      status === 0 || status >= 500 || [408, 425, 429].includes(status) || retryAfterMs !== null
    );
  }
}
