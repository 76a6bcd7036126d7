import { setTimeout as sleep } from 'node:timers/promises';
import type { RoutingTold } from '../checker/record';
import { PATIENCE_MS, type Stage } from '../stage/stage';
import { isTaken, isWorthRepeating } from './acked';
import { type Api, apiOf, tokenOf } from './api';
import { readStream } from './sse';

/** What an agent does with a conversation that was accepted; resolves when they are done with it. */
export type Serve = (work: {
  readonly conversationId: string;
  readonly agentId: string;
  readonly api: Api;
}) => Promise<void>;

/** An agent at their desk: an open stream, which is presence, and a hand that accepts whatever rings. */
export interface Desk {
  readonly agentId: string;
  readonly api: Api;
  readonly token: string;
  /** Everything that routing told it, since it sat down. */
  readonly told: readonly RoutingTold[];
  /** Offers are left to ring while this is false. */
  accepts: boolean;
  setState(state: 'READY' | 'NOT_READY' | 'LOGOUT'): Promise<void>;
  /** Cuts the stream, and opens it again. */
  leaveDesk(): void;
  sitDown(): void;
  close(): void;
}

export interface DeskOptions {
  readonly stage: Stage;
  readonly admin: Api;
  readonly agentId: string;
  readonly serve: Serve;
}

export async function openDesk({ stage, admin, agentId, serve }: DeskOptions): Promise<Desk> {
  const token = await tokenOf(admin, 'agent', agentId);
  const api = apiOf(stage, token);
  const told: RoutingTold[] = [];
  const seen = new Set<number>();
  const rings = new Map<string, string>();
  let lastId: string | undefined;
  let over = new AbortController();
  const desk: Desk = {
    agentId,
    api,
    token,
    told,
    accepts: true,
    async setState(state) {
      await api.write('PUT', `/v1/agents/${agentId}/state`, { state });
    },
    leaveDesk: () => over.abort(),
    sitDown() {
      over.abort();
      over = new AbortController();
      void readStream({
        url: `${stage.url}/v1/agents/${agentId}/events`,
        token,
        signal: over.signal,
        ...(lastId === undefined ? {} : { after: lastId }),
        onEvent: take,
      });
    },
    close: () => over.abort(),
  };

  function take({ id, event, data }: { id: string | null; event: string | null; data: string }) {
    if (id === null || event !== null) return undefined; // news of conversations: the archive shows them
    lastId = id;
    const news = toldOf(JSON.parse(data));
    if (seen.has(news.n)) return undefined; // an offer that rings is shown again to a desk that comes back
    seen.add(news.n);
    told.push(news);
    const { type, taskId, conversationId } = news;
    if (taskId === null || conversationId === null) return undefined;
    if (type === 'OFFER') {
      rings.set(taskId, conversationId);
      void accept(taskId).catch(() => undefined);
    }
    if (type === 'OFFER_REVOKED') rings.delete(taskId);
    if (type === 'TASK_ASSIGNED') {
      rings.delete(taskId);
      void work(conversationId);
    }
    return undefined;
  }

  /** As somebody who tries again what was refused: an api whose clock is wrong refuses good tokens. */
  async function work(conversationId: string): Promise<void> {
    const patience = Date.now() + PATIENCE_MS;
    while (!over.signal.aborted && Date.now() < patience) {
      const done = await serve({ conversationId, agentId, api }).then(
        () => true,
        () => false,
      );
      if (done) return;
      await sleep(500);
    }
  }

  /** As somebody who clicks until it works or the offer is gone. */
  async function accept(taskId: string): Promise<void> {
    const patience = Date.now() + PATIENCE_MS;
    while (desk.accepts && rings.has(taskId) && !stage.over.aborted && Date.now() < patience) {
      const answer = await api.fetch('POST', `/v1/tasks/${taskId}/accept`, {}).catch(() => null);
      await answer?.body?.cancel();
      const status = answer?.status ?? null;
      if (isTaken(status) || !isWorthRepeating(status)) return;
      await sleep(200);
    }
  }

  desk.sitDown();
  return desk;
}

function toldOf(event: {
  readonly n: number;
  readonly agentId: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}): RoutingTold {
  const { n, agentId, type, data } = event;
  const [mrd] = (data['mrdStates'] ?? data['mrds'] ?? []) as readonly {
    readonly tasks: number;
    readonly maxTasks: number;
  }[];
  return {
    n,
    agentId,
    type,
    taskId: (data['taskId'] as string | undefined) ?? null,
    conversationId: (data['conversationId'] as string | undefined) ?? null,
    ...(type === 'STATE' && mrd ? { tasks: mrd.tasks, maxTasks: mrd.maxTasks } : {}),
    ...(type === 'STATE' ? { state: String(data['state']) } : {}),
  };
}
