import type { RoutingStore } from '../../infra/stores/routing';
import type { ApiLogger } from '../context';
import type { RoutingDesk } from './desk';

export interface ReturningDeps {
  readonly routing: Pick<RoutingStore, 'agent'>;
  readonly desk: Pick<RoutingDesk, 'presenceBack'>;
  readonly logger: Pick<ApiLogger, 'warn'>;
}

/**
 * Brings an UNKNOWN agent back as soon as their stream is open (domain.md 6.8). Never fails: when it cannot be told, routing finds out
 * when it next looks at leases.
 */
export function createReturning({ routing, desk, logger }: ReturningDeps) {
  return async function returned(agentId: string): Promise<void> {
    try {
      const status = await routing.agent(agentId);
      if (status?.state === 'UNKNOWN') await desk.presenceBack(agentId);
    } catch (err) {
      logger.warn({ err }, 'routing could not be told that an agent is back');
    }
  };
}
