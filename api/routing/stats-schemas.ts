import { Instant } from '../conversations/schemas';
import { z } from '../openapi';
import { agentStateFields } from './views';

const Count = z.int();
const Seconds = z.number();

/** How many are in each state; a state without anybody is left out. */
const ByState = z.record(z.string(), Count);

export const QueueStats = z
  .object({
    queueId: z.string(),
    name: z.string().nullable(),
    mrdId: z.string(),
    paused: z.boolean(),
    waiting: Count.meta({ description: 'Requests that wait, those that ring included.' }),
    ringing: Count,
    oldestWaitingSince: Instant.nullable(),
    oldestWaitingSeconds: Seconds.nullable(),
    ewtSeconds: Seconds.nullable().meta({
      description: 'The wait that one more request could expect; null before routing has run.',
    }),
    agentsReady: Count.meta({ description: 'Agents of the MRD who may get an offer now.' }),
    agentStates: ByState.meta({
      description: "The caller's agents by their state in the queue's MRD.",
    }),
    today: z
      .object({
        offered: Count,
        answered: Count,
        abandoned: Count,
        rona: Count,
        noAgent: Count,
        flushed: Count,
        requeued: Count,
        cancelled: Count,
        offeredWithin: Count,
        answeredWithin: Count,
        abandonedWithin: Count,
        ronaWithin: Count,
        serviceLevel: z.number().nullable(),
        averageWaitSeconds: Seconds.nullable(),
        longestWaitSeconds: Seconds,
        conversations: Count,
      })
      .meta({ description: 'Since midnight UTC, as reports count; requests still open are not.' }),
  })
  .meta({ id: 'QueueStats' });
export type QueueStats = z.infer<typeof QueueStats>;

export const Stats = z
  .object({
    at: Instant,
    since: Instant.meta({ description: 'Begin of `today`.' }),
    queues: z.array(QueueStats),
    agents: z.array(
      z.object({
        id: z.string(),
        name: z.string().nullable(),
        teamIds: z.array(z.string()),
        ...agentStateFields,
        today: z.object({
          answered: Count,
          rona: Count,
          conversations: Count,
          handleSeconds: Seconds,
        }),
      }),
    ),
    agentStates: ByState,
    conversations: z.object({
      open: Count,
      withBot: Count.meta({ description: 'Open and without a PRIMARY agent.' }),
      byState: ByState,
    }),
  })
  .meta({ id: 'Stats' });
export type Stats = z.infer<typeof Stats>;
