import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, DemoError } from './client';
import { PATIENCE_MS } from './options';
import type { Screen } from './screen';

/** An event of an agent's stream as the demo reads it. */
export interface DeskEvent {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** An agent at their desk: the stream is open, and what comes on it is printed. */
export interface Desk {
  readonly id: string;
  readonly client: Client;
  sets(state: 'READY' | 'NOT_READY' | 'LOGOUT'): Promise<void>;
  /** The task that rings here for a conversation, with the offers that were answered already left out; null when none does. */
  ringing(conversationId: string): string | null;
  close(): void;
}

export function openDesk(client: Client, id: string, screen: Screen): Desk {
  const over = new AbortController();
  const rings = new Map<string, string>();
  void read().catch(() => undefined); // whoever waits for an offer says that it never came

  async function read(): Promise<void> {
    for await (const event of client.events<DeskEvent>(`/v1/agents/${id}/events`, over.signal)) {
      if (typeof event.type !== 'string') continue; // what changed in a conversation: the timeline shows it
      const taskId = String(event.data['taskId'] ?? '');
      if (event.type === 'OFFER') rings.set(taskId, String(event.data['conversationId']));
      if (event.type === 'OFFER_REVOKED' || event.type === 'TASK_ASSIGNED') rings.delete(taskId);
      screen.desk(id, told(event));
    }
  }
  return {
    id,
    client,
    async sets(state) {
      await client.put(`/v1/agents/${id}/state`, { state });
    },
    ringing(conversationId) {
      for (const [taskId, at] of rings) if (at === conversationId) return taskId;
      return null;
    },
    close: () => over.abort(),
  };
}

/** Waits until a conversation rings at one of these desks. */
export async function rings(
  desks: readonly Desk[],
  conversationId: string,
): Promise<{ readonly desk: Desk; readonly taskId: string }> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    for (const desk of desks) {
      const taskId = desk.ringing(conversationId);
      if (taskId) return { desk, taskId };
    }
    if (Date.now() > until)
      throw new DemoError(
        `Waited ${PATIENCE_MS / 1000} s for an offer to ${desks.map(({ id }) => id).join(' or ')}, in vain. Is another agent READY?`,
      );
    await sleep(50);
  }
}

function told({ type, data }: DeskEvent): string {
  const facts = ['state', 'reason', 'queueId', 'direction', 'priority', 'expiresAt'].flatMap(
    (name) => (data[name] == null ? [] : [`${name}=${String(data[name])}`]),
  );
  const mrds = (data['mrdStates'] ?? []) as readonly {
    readonly mrdId: string;
    readonly state: string;
    readonly tasks: number;
    readonly maxTasks: number;
  }[];
  const work = mrds.map((mrd) => `${mrd.mrdId} ${mrd.state} ${mrd.tasks}/${mrd.maxTasks}`);
  return [type, ...facts, ...work].join('  ');
}
