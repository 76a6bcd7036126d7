import type { QueryClient } from '@tanstack/react-query';
import { ApiError } from '../api';
import { reportLine } from '../line';

const isPassing = (error: unknown) => error instanceof ApiError && error.passing;

/**
 * A part of the server may be away while the streams stand: what could not be read anew is old, and the page says so. Once one of the
 * failed readings comes, all of them are tried again.
 */
export function watchReadings(queries: QueryClient): void {
  const failed = new Set<string>();
  queries.getQueryCache().subscribe((event) => {
    const { queryHash } = event.query;
    const isOver = () => {
      reportLine(`query:${queryHash}`, null);
      return failed.delete(queryHash);
    };
    if (event.type === 'removed') isOver();
    if (event.type !== 'updated') return;
    const { action } = event;
    if (action.type === 'failed' && isPassing(action.error)) {
      failed.add(queryHash);
      reportLine(`query:${queryHash}`, 'stale');
    }
    // What a stream brings is no reading.
    if (action.type === 'success' && !action.manual && isOver() && failed.size > 0)
      void queries.refetchQueries({
        type: 'active',
        predicate: ({ state }) => state.status === 'error' && isPassing(state.error),
      });
  });
}
