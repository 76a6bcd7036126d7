import type { Client } from './client';
import type { Screen } from './screen';

interface Board {
  readonly queues: readonly {
    readonly queueId: string;
    readonly waiting: number;
    readonly ringing: number;
    readonly ewtSeconds: number | null;
    readonly today: { readonly answered: number; readonly rona: number };
  }[];
  readonly agentStates: Readonly<Record<string, number>>;
  readonly conversations: { readonly open: number; readonly withBot: number };
}

/** A supervisor watches the live board: one line whenever it changed. Call the answer to stop. */
export function watchBoard(client: Client, screen: Screen): () => void {
  const over = new AbortController();
  let last = '';
  void (async () => {
    for await (const board of client.events<Board>('/v1/stats/events', over.signal)) {
      const line = told(board);
      if (line !== last) screen.desk('board', line);
      last = line;
    }
  })().catch(() => undefined); // stopped
  return () => over.abort();
}

function told({ queues, agentStates, conversations }: Board): string {
  const busy = queues
    .filter(({ waiting, today }) => waiting + today.answered + today.rona > 0)
    .map(
      ({ queueId, waiting, ringing, ewtSeconds, today }) =>
        `${queueId}: ${waiting} waiting, ${ringing} ringing, wait about ${ewtSeconds ?? '?'} s, today ${today.answered} answered, ${today.rona} not taken`,
    );
  const agents = Object.entries(agentStates).map(([state, count]) => `${count} ${state}`);
  const { open, withBot } = conversations;
  return [`${open} open, ${withBot} with the bot`, agents.join(', '), ...busy].join('  |  ');
}
