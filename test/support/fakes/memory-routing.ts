import type { RoutingDeps } from '../../../activities/routing';
import { BUILT_IN_MRDS } from '../../../domain/configuration/references';
import type { Agent, Queue } from '../../../domain/routing/schema';
import { Agent as AgentSchema, Mrd, Queue as QueueSchema } from '../../../domain/routing/schema';
import type { RoutingNews } from '../../../infra/stores/routing';

/** What the routing workflow needs of MongoDB, over memory, for workflow tests in virtual time. `down` fails every call. */
export class MemoryRouting {
  readonly published: RoutingNews[] = [];
  readonly queues = new Map<string, Queue>();
  readonly agents = new Map<string, Agent>();
  /** When an agent's lease ends, ISO UTC; whoever is not here has one without end. */
  readonly leases = new Map<string, string>();
  down = false;

  queue(id: string, fields: Partial<Queue> = {}): void {
    this.queues.set(id, QueueSchema.parse({ id, ...fields }));
  }
  agent(id: string, fields: Partial<Agent> = {}): void {
    this.agents.set(id, AgentSchema.parse({ id, ...fields }));
  }

  get deps(): Pick<RoutingDeps, 'config' | 'routing' | 'presence'> {
    const objects: Readonly<Record<string, () => readonly object[]>> = {
      mrds: () => BUILT_IN_MRDS.map((mrd) => Mrd.parse(mrd)),
      queues: () => [...this.queues.values()],
      agents: () => [...this.agents.values()],
    };
    const mayFail = () => {
      if (this.down) throw new Error('MongoDB is down in this test');
    };
    return {
      config: {
        list: async (resource) => {
          mayFail();
          return { items: (objects[resource]?.() ?? []) as never, nextCursor: null };
        },
      },
      routing: {
        publish: async (news) => {
          mayFail();
          this.published.push(news);
        },
      },
      presence: {
        leases: async (agentIds) => {
          mayFail();
          const forever = '2100-01-01T00:00:00.000Z';
          return new Map(agentIds.map((id) => [id, this.leases.get(id) ?? forever]));
        },
      },
    };
  }
}
