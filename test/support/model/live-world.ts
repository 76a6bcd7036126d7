import { ApplicationFailure } from '@temporalio/common';
import type { SendPart, SendPartResult } from '../../../activities/types';
import type { ChannelSettings } from '../../../domain/channel/settings';
import { partId } from '../../../domain/ids';
import { MemoryArchive } from '../fakes/memory-archive';
import { MemoryRouting } from '../fakes/memory-routing';
import { AGENTS, CAPACITY, QUEUES } from './commands';
import { type Answer, Deliveries } from './provider';
import { SLOW } from './slow';

/** The collaborators of one run; a test may put others in their places. */
export class LiveWorld {
  readonly archive = new MemoryArchive();
  readonly routing = new MemoryRouting();
  readonly delivered = new Deliveries();
  answer: Answer = 'ok';
  failed = 0;
  readonly policies = new Map<string, ChannelSettings['ambiguousSend']>();

  constructor(channels: readonly ChannelSettings[]) {
    for (const settings of channels) {
      this.archive.channels.set(settings.channelId, settings);
      this.policies.set(settings.channelId, settings.ambiguousSend);
    }
    const { agentSlaSeconds = null, reservationSeconds = 20 } = SLOW.queue ?? {};
    const seconds = { agentSlaSeconds, reservationSeconds };
    for (const [id, change] of Object.entries(QUEUES)) {
      this.routing.queue(id, { ...change, ...seconds });
      this.archive.configured.set(`queues/${id}`, { id, ...seconds });
    }
    for (const id of AGENTS)
      this.routing.agent(id, { mrds: [{ mrdId: 'chat', maxTasks: CAPACITY }] } as never);
  }

  async sendPart({ messageId, part, channelId }: SendPart): Promise<SendPartResult> {
    const policy = this.policies.get(channelId) ?? 'at-most-once';
    const outcome = this.delivered.call(partId(messageId, part), policy, this.answer);
    if (outcome.type === 'failed') throw ApplicationFailure.nonRetryable('as told', outcome.error);
    return { parts: 1, settled: true };
  }
}
