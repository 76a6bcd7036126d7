/** One page of a list; `nextCursor` null = the last. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}
/** Which page: `cursor` is `nextCursor` of the one before. */
export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
}
