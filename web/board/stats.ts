import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { z } from 'zod';
import type * as schemas from '../../api/routing/stats-schemas';
import { keys } from '../desk/queries';
import { reportLine } from '../shared/line';
import { follow } from '../shared/stream';
import { useSignedIn } from '../shared/ui/signed-in';

export type Stats = z.infer<typeof schemas.Stats>;
export type QueueStats = Stats['queues'][number];
export type AgentStats = Stats['agents'][number];

const STATS = ['stats'] as const;
/** Lists of conversations follow the board, but not more often than this, ms. */
const LISTS_EVERY_MS = 3000;

/** The live board: read once, then as its stream tells it. */
export function useBoard() {
  const { api } = useSignedIn();
  const client = useQueryClient();
  const stats = useQuery({
    queryKey: STATS,
    queryFn: ({ signal }) => api.call<Stats>('GET', '/v1/stats', { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  useEffect(() => {
    const stop = new AbortController();
    let listsAt = 0;
    let later: ReturnType<typeof setTimeout> | undefined;
    function lists(): void {
      clearTimeout(later);
      const wait = listsAt + LISTS_EVERY_MS - Date.now();
      if (wait > 0) {
        later = setTimeout(lists, wait);
        return;
      }
      listsAt = Date.now();
      void client.invalidateQueries({ queryKey: keys.lists });
    }
    void follow({
      api,
      signal: stop.signal,
      path: () => '/v1/stats/events',
      event({ data }) {
        client.setQueryData(STATS, JSON.parse(data) as Stats);
        lists();
      },
      state: (state) => reportLine('stats', state),
      opened: (again) => {
        if (again) void client.invalidateQueries({ queryKey: STATS });
      },
    });
    return () => {
      stop.abort();
      clearTimeout(later);
      reportLine('stats', null);
    };
  }, [api, client]);
  return stats;
}
export type BoardQuery = ReturnType<typeof useBoard>;
