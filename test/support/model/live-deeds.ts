import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { insisting } from '../../../api/conversations/acts';
import type { DeliveryReceipt } from '../../../domain/conversation/events';
import type { Conversation } from '../../../domain/conversation/view';
import { conversationWorkflowId } from '../../../domain/ids';
import { createConversationWorkflows } from '../../../infra/conversation-workflows';
import * as m from '../../../workflows/conversation/messages';
import * as r from '../../../workflows/routing/messages';
import { agent, joining } from '../conversations';
import type { ConversationName, Deed } from './acts';
import type { Live } from './live';
import type { LiveWorld } from './live-world';
import { ROUTING_DECIDES } from './paced';

/** What people, the api, the archive and the provider do to workflows. */
export class LiveDeeds {
  /** Conversations as their workflows showed them last, by workflow. */
  protected readonly views = new Map<string, Conversation | null>();
  protected readonly customers = new Set<string>();

  constructor(
    protected readonly live: Live,
    protected readonly world: LiveWorld,
    /** After each customer's name. */
    protected readonly suffix: string,
  ) {}

  /** What was answered otherwise than at level 1. */
  protected async does(deed: Deed): Promise<readonly string[]> {
    switch (deed.does) {
      case 'writes': {
        const customer = this.homeOf(deed.customer);
        this.live.writers.set(deed.message.eventKey, customer);
        await this.tells(customer, 'customerMessage', deed.message);
        return [];
      }
      case 'leaves':
        await this.tells(this.homeOf(deed.customer), 'channelSessionEnded', deed.session);
        return [];
      case 'sets': {
        const { agentId, state, by } = deed;
        await this.asksRouting(r.setAgentStateUpdate.name, { agentId, state, reason: null, by });
        return [];
      }
      case 'answers': {
        const { agentId, conversation, answer } = deed;
        const taskId = this.ringing(conversation, agentId);
        if (taskId === undefined) return [`nothing of ${conversation} rings at ${agentId}`];
        const refusal = await this.asksRouting(answer, { taskId, agentId });
        return refusal === null ? [] : [`${answer} is refused: ${refusal}`];
      }
      case 'joins':
        await this.joins(deed);
        return [];
      case 'asks': {
        const { conversation, type, request, refusal } = deed;
        const about = { conversationId: this.idOf(conversation), ...request };
        const answer = await this.asks(conversation, type, about);
        if (refusal === ROUTING_DECIDES || refusal === answer) return [];
        return [`${type} is answered ${answer ?? 'yes'}, at level 1 ${refusal ?? 'yes'}`];
      }
      case 'merges':
        return this.merges(deed.from, deed.into);
      case 'the archive':
        this.world.archive.writesFail = deed.is === 'down';
        if (deed.is === 'back') await this.live.passes(16_000); // the longest pause between two tries
        return [];
      case 'the provider':
        this.world.answer = deed.answers;
        return [];
      case 'hears': {
        const told = this.world.hears(deed.receipt);
        if (told) await this.tellsDelivery(told);
        return [];
      }
      case 'nothing':
        return [];
    }
  }

  private async joins(deed: Extract<Deed, { readonly does: 'joins' }>): Promise<void> {
    const { conversation, agentId, role, taskId } = deed;
    const conversationId = this.idOf(conversation);
    const workflowId = conversationWorkflowId(this.customerOf(conversation));
    const place = { taskId, conversationId, workflowId, agentId, mrdId: 'chat' };
    const wanted = { ...place, kind: 'JOIN', counts: true, letIn: false, request: null };
    if ((await this.asksRouting(r.takePlaceUpdate.name, wanted)) !== null) return;
    const request = {
      conversationId,
      actor: agent(agentId),
      agent: joining(agentId),
      role,
      taskId,
    };
    // The api gives the place back when the act is refused.
    if ((await this.asks(conversation, 'joinAs', request)) !== null)
      await this.live.client.workflow
        .getHandle(r.routingWorkflowId())
        .signal(r.taskEndedSignal, { taskId, conversationId, agentId });
  }
  private async merges(from: ConversationName, into: ConversationName): Promise<readonly string[]> {
    const survivor = this.customerOf(into);
    const answer = await this.asks(from, m.mergeIntoUpdate.name, {
      intoCustomerId: survivor,
      intoConversationId: this.idOf(into),
      survivor: { id: survivor, name: null, anonymous: false },
      moveSessions: true,
    });
    return answer === null ? [] : [`the merge is refused: ${answer}`];
  }

  private async tellsDelivery(told: DeliveryReceipt): Promise<void> {
    const [customer] =
      [...this.live.conversations].find(([, ids]) => ids.includes(told.conversationId)) ?? [];
    if (customer === undefined) return;
    const workflowId = conversationWorkflowId(customer);
    await this.live.client.workflow.getHandle(workflowId).signal(m.deliveryReceiptSignal, told);
  }

  private async tells(customer: string, type: string, payload: object): Promise<void> {
    this.customers.add(customer);
    this.views.delete(conversationWorkflowId(customer));
    this.world.archive.openings.set(customer, {
      customer: { id: customer, name: null, anonymous: false, labelPriority: null },
    });
    await createConversationWorkflows(this.live.client).handOn(customer, [{ type, payload }]);
  }
  /** The code of the refusal, null when there is none. */
  private asks(conversation: ConversationName, name: string, request: object) {
    const workflowId = conversationWorkflowId(this.customerOf(conversation));
    if (name === 'endConversation')
      return this.live.client.workflow
        .getHandle(workflowId)
        .signal(name, request)
        .then(() => null);
    return this.updates(workflowId, name, request);
  }
  private asksRouting(name: string, request: object) {
    return this.updates(r.routingWorkflowId(), name, request);
  }
  private async updates(workflowId: string, name: string, request: object): Promise<string | null> {
    try {
      const handle = this.live.client.workflow.getHandle(workflowId);
      await insisting(() => handle.executeUpdate(name, { args: [request] }));
      return null;
    } catch (error) {
      const cause = error instanceof WorkflowUpdateFailedError ? error.cause : null;
      if (cause instanceof ApplicationFailure) return cause.type ?? 'untyped';
      throw error;
    }
  }

  private homeOf(customer: string): string {
    return `${customer}${this.suffix}`;
  }
  private customerOf(conversation: ConversationName): string {
    return this.homeOf(conversation.split('/')[0] ?? '');
  }
  private idOf(conversation: ConversationName): string {
    const n = Number(conversation.split('/')[1]);
    const ids = this.live.conversations.get(this.customerOf(conversation)) ?? [];
    return ids[n - 1] ?? `cnv_none_${conversation}`;
  }
  private ringing(conversation: ConversationName, agentId: string): string | undefined {
    const view = this.views.get(conversationWorkflowId(this.customerOf(conversation)));
    return view?.tasks.find((task) => task.mediaState === 'RESERVED' && task.agentId === agentId)
      ?.id;
  }
}
