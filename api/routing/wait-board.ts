import type { WaitEstimate } from '../../domain/routing/wait';
import type { RoutingDesk } from './desk';

/** Milliseconds between two looks while somebody waits: one question for everybody who waits, whatever their number. */
const EVERY_MS = 5_000;
/** Milliseconds in which those who have just come are asked about together. */
const GATHER_MS = 100;

type Listener = (wait: WaitEstimate | null) => void;

/** Positions and estimated waits as they change. */
export interface WaitBoard {
  /** `listener` hears of each change, and null once the task waits no more. Call the answer to stop. */
  watch(taskId: string, listener: Listener): () => void;
}

/** One per process. While routing is silent what was told last stands. */
export function createWaitBoard(
  desk: Pick<RoutingDesk, 'waits'>,
  everyMs: number = EVERY_MS,
): WaitBoard {
  const watched = new Map<string, Map<Listener, string>>();
  let timer: NodeJS.Timeout | undefined;

  function askIn(milliseconds: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => void ask(), milliseconds).unref(); // never rejects
  }

  async function ask(): Promise<void> {
    const waits = await desk.waits([...watched.keys()]).catch(() => null);
    for (const [taskId, listeners] of waits ? watched : [])
      for (const [listener, told] of listeners) {
        const wait = waits?.[taskId] ?? null;
        const now = JSON.stringify(wait);
        if (now === told) continue;
        listeners.set(listener, now);
        listener(wait);
      }
    if (watched.size > 0) askIn(everyMs);
  }

  return {
    watch(taskId, listener) {
      const listeners = watched.get(taskId) ?? new Map<Listener, string>();
      // Routing may hear of the request a moment after us: nothing is told before there is something.
      watched.set(taskId, listeners.set(listener, 'null'));
      askIn(GATHER_MS);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0 && watched.get(taskId) === listeners) watched.delete(taskId);
        if (watched.size === 0) clearTimeout(timer);
      };
    },
  };
}
