import type { UpdateDefinition } from '@temporalio/common';
import { insisting } from '../../api/conversations/acts';
import * as r from '../../workflows/routing/messages';
import type { ChatServer } from './bot-chat';

/** Agents and supervisors at the routing workflow. */
export class Desk {
  constructor(private readonly server: () => ChatServer) {}

  get handle() {
    return this.server().client.workflow.getHandle(r.routingWorkflowId());
  }
  /** Makes sure that the routing workflow runs. */
  async opens(): Promise<void> {
    await this.server().client.workflow.start('routingWorkflow', {
      taskQueue: r.ROUTING_TASK_QUEUE,
      workflowId: r.routingWorkflowId(),
      workflowIdConflictPolicy: 'USE_EXISTING',
      args: [{ domainId: 'default' }],
    });
  }
  async sets(agentId: string, state: r.SetAgentState['state'], by = agentId) {
    const actor = { id: by, supervisor: by !== agentId };
    return this.asks(r.setAgentStateUpdate, { agentId, state, reason: null, by: actor });
  }
  async accepts(agentId: string, taskId: string) {
    return this.asks(r.acceptUpdate, { taskId, agentId });
  }
  async declines(agentId: string, taskId: string) {
    return this.asks(r.declineUpdate, { taskId, agentId });
  }
  async agent(agentId: string) {
    const all = await this.handle.query(r.getAgentsQuery);
    return all.find((it) => it.agentId === agentId);
  }
  async queue(queueId: string) {
    const all = await this.handle.query(r.getQueuesQuery);
    return all.find((it) => it.queueId === queueId);
  }
  async explains(taskId: string) {
    const [explained] = await this.handle.query(r.explainRoutingQuery, { taskId });
    return explained;
  }

  /** As the api asks. */
  private asks<Answer, Request>(
    update: UpdateDefinition<Answer, [Request]>,
    request: Request,
  ): Promise<Answer> {
    return insisting(() => this.handle.executeUpdate(update, { args: [request] }));
  }
}
