import { randomBytes } from 'node:crypto';
import { ID_PREFIXES } from '../../domain/ids';
import type { ApiLogger } from '../context';
import { toProblem } from '../errors';
import type { RoutingDesk } from './desk';

/** What an agent is about to do by an own act. */
export interface WantedPlace {
  readonly agentId: string;
  /** Null: the conversation may not have begun. */
  readonly conversationId: string | null;
  readonly workflowId: string;
  readonly mrdId: string;
  /** False for a barge-in, which always gets its place. */
  readonly counts: boolean;
  /** Whether somebody who is logged out may: joining a conversation by its id is a login of its own, taking one from a list is not. */
  readonly letIn: boolean;
}

export interface Places {
  /**
   * Asks routing for the place, then acts with the id of its task; gives the place back when the act is refused. Throws `CONFLICT` for an agent who is at
   * capacity or has to be logged in and is not. After an act of unknown outcome the place stays the agent's: they try again, or the
   * conversation says what became of it.
   */
  taking<T>(wanted: WantedPlace, act: (taskId: string) => Promise<T>): Promise<T>;
}

export function createPlaces(
  desk: Pick<RoutingDesk, 'takePlace' | 'taskEnded'>,
  logger: ApiLogger,
): Places {
  return {
    async taking({ conversationId, ...wanted }, act) {
      const taskId = `${ID_PREFIXES.task}${randomBytes(12).toString('hex')}`;
      const place = { taskId, conversationId: conversationId ?? taskId, agentId: wanted.agentId };
      await desk.takePlace({ ...wanted, ...place, kind: 'JOIN', request: null });
      try {
        return await act(taskId);
      } catch (error) {
        if (wasRefused(error)) await giveBack(place);
        throw error;
      }
    },
  };

  async function giveBack(place: Parameters<typeof desk.taskEnded>[0]): Promise<void> {
    await desk
      .taskEnded(place)
      .catch((err: unknown) => logger.warn({ err }, 'a place could not be given back'));
  }
}

function wasRefused(error: unknown): boolean {
  const { code } = toProblem(error);
  return code !== 'UNAVAILABLE' && code !== 'INTERNAL';
}
