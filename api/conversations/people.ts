import type { Actor } from '../../domain/conversation/actor';
import type { JoiningAgent, QueueFacts } from '../../domain/conversation/acts';
import { ProblemError } from '../../domain/errors';
import { queueFacts } from '../../domain/routing/queue-facts';
import type { ResourceName, StoredResource, Stores } from '../../infra/stores';
import { isUnavailable } from '../ingress/outage-budget';
import type { StaffPrincipal } from '../principal';

/** Who acts, as timelines name them, and what acts name, as configuration knows it. */
export interface People {
  /** Never fails: while configuration cannot be read the name is missing, not the act. */
  actor(principal: StaffPrincipal): Promise<Actor>;
  /** Throws `NOT_FOUND` for an agent that is unknown or switched off. */
  agent(agentId: string, supervisor: boolean): Promise<JoiningAgent>;
  /** Throws `NOT_FOUND` for a bot that is unknown or switched off. */
  bot(botId: string): Promise<void>;
  /** Throws `NOT_FOUND`. */
  queue(queueId: string): Promise<QueueFacts>;
}

export function createPeople(config: Pick<Stores['config'], 'get'>): People {
  async function found(resource: ResourceName, id: string): Promise<StoredResource> {
    const object = await config.get(resource, id);
    if (!object || object['enabled'] === false)
      throw new ProblemError('NOT_FOUND', `There is no such object in ${resource}.`);
    return object;
  }
  async function nameOf(resource: ResourceName, id: string): Promise<string | null> {
    const object = await config.get(resource, id).catch((error: unknown) => {
      if (isUnavailable(error)) return null;
      throw error;
    });
    return textOf(object?.['name']);
  }

  return {
    async actor({ role, subject }) {
      if (role === 'bot') return { type: 'BOT', id: subject, name: await nameOf('bots', subject) };
      if (role === 'agent' || role === 'supervisor') {
        const name = await nameOf('agents', subject);
        const actor = { type: 'AGENT' as const, id: subject, name };
        return role === 'supervisor' ? { ...actor, supervisor: true } : actor;
      }
      return { type: 'OPERATOR', id: subject, name: null, supervisor: true };
    },
    async agent(agentId, supervisor) {
      const agent = await found('agents', agentId);
      return {
        agentId,
        name: textOf(agent['name']),
        supervisor: supervisor || agent['supervisor'] === true,
      };
    },
    async bot(botId) {
      await found('bots', botId);
    },
    async queue(queueId) {
      return queueFacts(await found('queues', queueId));
    },
  };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
