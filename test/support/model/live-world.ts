import { ApplicationFailure } from '@temporalio/common';
import type { SendActivities, SendPart, SendPartResult } from '../../../activities/types';
import type { ChannelSettings } from '../../../domain/channel/settings';
import type { DeliveryReceipt } from '../../../domain/conversation/events';
import { partId } from '../../../domain/ids';
import { MemoryArchive } from '../fakes/memory-archive';
import { MemoryRouting } from '../fakes/memory-routing';
import { AGENTS, CAPACITY, QUEUES } from './commands';
import { ModelLedger, type Receipt } from './ledger';
import { type Answer, Deliveries, providerIdOf, wantsNews } from './provider';
import { SLOW } from './slow';

/** The collaborators of one run; a test may put others in their places. */
export class LiveWorld {
  readonly archive = new MemoryArchive();
  readonly routing = new MemoryRouting();
  readonly delivered = new Deliveries();
  readonly ledger = new ModelLedger();
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

  async sendPart(input: SendPart): Promise<SendPartResult> {
    const { conversationId, messageId, part, channelId, attempt, recover } = input;
    const id = partId(messageId, part);
    const known = this.ledger.endOf(id);
    if (known) {
      const failed = known.sent ? {} : { failed: known.reason ?? 'Rejected' };
      return { parts: 1, settled: true, ...failed };
    }
    if (recover === 'settle') return { parts: 1, settled: false };
    const policy = this.policies.get(channelId) ?? 'at-most-once';
    const about = { conversationId, messageId, notifyHook: wantsNews(policy) };
    this.ledger.opens(id, about);
    const outcome = this.delivered.call(id, policy, this.answer);
    const call = { part: id, about, attempt, answer: this.answer, again: recover !== undefined };
    this.ledger.answered(call, providerIdOf(id, policy, attempt), NEVER_SHOWN);
    if (outcome.type === 'failed') throw ApplicationFailure.nonRetryable('as told', outcome.error);
    return { parts: 1, settled: true };
  }
  async failMessage({ conversationId, messageId, reasonCode }: FailMessage): Promise<void> {
    this.failed += 1;
    const about = { conversationId, messageId, notifyHook: false };
    this.ledger.fails(partId(messageId, 1), about, reasonCode, NEVER_SHOWN);
  }
  /** Of open conversations, as far as the archive knows. */
  hears(receipt: Receipt): DeliveryReceipt | null {
    const told = this.ledger.hears(receipt);
    const { conversation } = this.archive.projections.get(told?.conversationId ?? '') ?? {};
    const isOpen = conversation && !['CLOSING', 'CLOSED'].includes(conversation.state);
    return isOpen ? told : null;
  }
}

type FailMessage = Parameters<SendActivities['failMessage']>[0];
/** When news came is on no timeline. */
const NEVER_SHOWN = '';
