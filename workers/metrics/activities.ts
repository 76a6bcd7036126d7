import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { CallBot, SendPart, SendPartResult } from '../../activities/types';
import { ProblemError } from '../../domain/errors';
import type { AppendBatch, ArchiveVerdict } from '../../infra/stores';
import type { RoutingNews } from '../../infra/stores/routing';
import type { WorkerCounters } from './counters';

export interface ActivityFigureDeps {
  readonly counters: WorkerCounters;
  /** By channel id; answers from a cache. */
  readonly providerOf: (channelId: string) => Promise<string>;
}

/** How one try of an activity ended. `failure` is the stable type of reliability.md 5, or the error's name. */
interface Outcome {
  readonly result?: unknown;
  readonly failure?: string;
  readonly seconds: number;
}
type Observer = (input: never, outcome: Outcome, deps: ActivityFigureDeps) => void | Promise<void>;

/** Counts what activities did, local and ordinary ones, as they come back. What it looks at changes nothing about them. */
export function activityFigures(deps: ActivityFigureDeps): ActivityInterceptorsFactory {
  return ({ info: { activityType } }) => {
    const observe = OBSERVERS[activityType];
    if (!observe) return {};
    return {
      inbound: {
        async execute(input, next) {
          const startedAt = performance.now();
          const report = (outcome: Omit<Outcome, 'seconds'>) => {
            const seconds = (performance.now() - startedAt) / 1000;
            return observe(input.args[0] as never, { ...outcome, seconds }, deps);
          };
          try {
            const result = await next(input);
            await report({ result });
            return result;
          } catch (error) {
            await report({ failure: failureOf(error) });
            throw error;
          }
        },
      },
    };
  };
}

const OBSERVERS: Readonly<Record<string, Observer>> = {
  sendPart: sent,
  callBot: botCalled,
  appendTimeline: archived,
  verifyArchive: verified,
  publishRouting: routed,
  fetchMedia: mediaFetched,
};

async function sent(
  { channelId, recover }: SendPart,
  { result, failure, seconds }: Outcome,
  { counters, providerOf }: ActivityFigureDeps,
): Promise<void> {
  const { settled, failed } = (result ?? {}) as Partial<SendPartResult>;
  if (recover === 'settle' && !settled) return; // no news yet, and nothing was sent
  const provider = await providerOf(channelId);
  const outcome = failure ?? (failed ? 'Failed' : 'Sent');
  counters.sends.inc({ channel: channelId, provider, outcome });
  counters.sendSeconds.observe({ provider }, seconds);
}

function botCalled({ botId }: CallBot, outcome: Outcome, { counters }: ActivityFigureDeps): void {
  counters.botCalls.inc({ bot: botId, outcome: outcome.failure ?? 'Answered' });
  counters.botCallSeconds.observe({ bot: botId }, outcome.seconds);
}

function archived({ entries }: AppendBatch, { failure }: Outcome, deps: ActivityFigureDeps): void {
  const { archiveWrites, archiveDelay, timelineEntries } = deps.counters;
  archiveWrites.inc({ outcome: failure ?? 'Stored' });
  if (failure) return;
  for (const { entry } of entries) timelineEntries.inc({ type: entry.type });
  const oldest = entries[0]?.entry.at;
  if (oldest) archiveDelay.observe(Math.max(0, (Date.now() - Date.parse(oldest)) / 1000));
}

function verified(_input: object, { result, failure }: Outcome, deps: ActivityFigureDeps): void {
  const { ok } = (result ?? {}) as Partial<ArchiveVerdict>;
  deps.counters.archiveVerdicts.inc({ outcome: failure ?? (ok ? 'Verified' : 'Refused') });
}

/** News that were not stored are given again, and counted then. */
function routed(
  { news }: { readonly news: RoutingNews },
  { result }: Outcome,
  { counters }: ActivityFigureDeps,
): void {
  if (!(result as { readonly stored?: boolean } | undefined)?.stored) return;
  for (const { type, data } of news.events) {
    if (type === 'OFFER') counters.offers.inc({ queue: String(data['queueId'] ?? '') });
    if (type === 'OFFER_REVOKED') counters.offersRevoked.inc({ reason: String(data['reason']) });
    if (type === 'TASK_ASSIGNED') counters.tasksAssigned.inc();
  }
}

function mediaFetched(
  _input: object,
  { failure }: Outcome,
  { counters }: ActivityFigureDeps,
): void {
  counters.mediaFetches.inc({ outcome: failure ?? 'Stored' });
}

/** The stable type or code of what was thrown, else its name: never its text. */
function failureOf(error: unknown): string {
  const { type, code } = error as { readonly type?: unknown; readonly code?: unknown };
  if (typeof type === 'string' && type) return type;
  if (error instanceof ProblemError) return String(code);
  return error instanceof Error ? error.name : 'Error';
}
