import { log } from '@temporalio/workflow';
import type { RequestFacts } from '../../activities/types';
import type { RequestAgent } from '../../domain/conversation/acts';
import { latestSettings } from '../../domain/conversation/facts';
import { queueOf } from '../../domain/conversation/requests';
import type { HookHost } from './dialogue';
import { callLocally } from './locally';

const NO_FACTS: RequestFacts = { queue: null, outOfHours: null };

/**
 * Requests for a human on which the hook, if there is one, has had its say: each is placed as soon as queue and calendar have been
 * looked up. That is the conversation's own loop's work, so that a dialogue that loses control takes no request with it.
 */
export class RequestDesk {
  private readonly waiting: RequestAgent[] = [];

  constructor(private readonly host: Pick<HookHost, 'state' | 'apply'>) {}

  get empty(): boolean {
    return this.waiting.length === 0;
  }

  add(request: RequestAgent): void {
    this.waiting.push(request);
  }

  /** Places the oldest, unless it has ended meanwhile. */
  async placeNext(): Promise<void> {
    const request = this.waiting.shift();
    if (!request || this.host.state().requesting?.taskId !== request.taskId) return;
    const { queue, outOfHours } = await this.factsOf(request);
    this.host.apply({
      type: 'controllerDefault',
      event: {
        type: 'AGENT_REQUESTED',
        request: { ...request, queue: queue ?? request.queue ?? null, outOfHours },
      },
    });
  }

  /** Read from the worker's cache. A customer who wants a human does not wait for what cannot be read: better asked than refused. */
  private async factsOf(request: RequestAgent): Promise<RequestFacts> {
    const state = this.host.state();
    const channelId = latestSettings(state)?.channelId;
    if (channelId === undefined) return NO_FACTS;
    const queueId = queueOf(state, request);
    const at = new Date(Date.now()).toISOString();
    try {
      return await callLocally('loadRequestFacts', { channelId, queueId, at });
    } catch (error) {
      log.warn('a request is placed without facts of its queue', { error: String(error) });
      return NO_FACTS;
    }
  }
}
