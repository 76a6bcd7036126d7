import type { Conversation } from '../../domain/conversation/view';
import type { WaitEstimate } from '../../domain/routing/wait';
import type { Stores } from '../../infra/stores';
import type { WaitBoard } from '../routing/wait-board';
import type { WebVisitor } from './visitor-history';

/** Milliseconds until the projection of an entry is there. */
const SOON_MS = 150;
const LATER_MS = 1_500;
const MOVES: ReadonlySet<string> = new Set([
  'TASK_ENQUEUED',
  'TASK_STATE_CHANGED',
  'AGENT_SUBSCRIBED',
  'CHANNEL_SESSION_ENDED',
]);

/** What a visitor is told of the wait for a human; position null: there is none any more. */
export interface VisitorWait {
  readonly conversationId: string;
  readonly position: number | null;
  readonly ewtSeconds: number | null;
}
export interface VisitorWaits {
  readonly visitor: WebVisitor;
  readonly stores: Pick<Stores, 'conversations'>;
  readonly feed: Pick<Stores['feed'], 'onCustomerEntries' | 'onReset'>;
  readonly waitBoard: WaitBoard;
  readonly tell: (wait: VisitorWait) => void;
}

/** Follows the request that a bot wants its visitor told of (`tellWait`), until `signal` aborts. Never throws. */
export function followWaits(
  { visitor, stores, feed, waitBoard, tell }: VisitorWaits,
  signal: AbortSignal,
): void {
  const { customerId, channelId } = visitor;
  let watching: { readonly taskId: string; readonly stop: () => void } | null = null;
  let told: string | null = null;
  let timers: NodeJS.Timeout[] = [];

  async function look(): Promise<void> {
    const conversation = await stores.conversations.openOf(customerId);
    if (signal.aborted) return;
    const task = conversation && waitingTask(conversation, channelId);
    if ((task?.id ?? null) === (watching?.taskId ?? null)) return;
    watching?.stop();
    watching = null;
    if (conversation && task) {
      const show = (wait: WaitEstimate | null) => say(conversation.id, wait);
      watching = { taskId: task.id, stop: waitBoard.watch(task.id, show) };
    } else if (told !== null) say(told, null);
  }
  function say(conversationId: string, wait: WaitEstimate | null): void {
    told = wait && conversationId;
    const { position = null, ewtSeconds = null } = wait ?? {};
    tell({ conversationId, position, ewtSeconds });
  }
  function lookSoon(): void {
    for (const timer of timers) clearTimeout(timer);
    // What cannot be looked up now is looked up with the next move.
    timers = [SOON_MS, LATER_MS].map((ms) =>
      setTimeout(() => void look().catch(() => undefined), ms).unref(),
    );
  }

  const stops = [
    feed.onReset(lookSoon),
    feed.onCustomerEntries(customerId, ({ type }) => MOVES.has(type) && lookSoon()),
  ];
  lookSoon();
  signal.addEventListener('abort', () => {
    for (const stop of stops) stop();
    for (const timer of timers) clearTimeout(timer);
    watching?.stop();
  });
}

/** In a queue, asked for by a bot that wants the customer told, while the visitor is here. */
function waitingTask({ tasks, channelSessions }: Conversation, channelId: string) {
  const here = channelSessions.some(
    (session) => session.channelId === channelId && session.state === 'STARTED',
  );
  return tasks.findLast(
    ({ tellWait, queueId, state, mediaState }) =>
      here &&
      tellWait === true &&
      queueId !== null &&
      state === 'ACTIVE' &&
      (mediaState === 'QUEUED' || mediaState === 'RESERVED'),
  );
}
