import type { SignalDefinition, UpdateDefinition } from '@temporalio/common';
import { log, setHandler } from '@temporalio/workflow';
import type { Refusal } from '../../domain/errors';
import type { RoutingEvent } from '../../domain/routing/events';
import { explainWaiting } from '../../domain/routing/explain';
import type { RoutingDecided } from '../../domain/routing/routing';
import { queueStatuses, statusOf } from '../../domain/routing/status';
import { waitEstimates } from '../../domain/routing/wait';
import { refused } from '../conversation/handlers';
import { isShaped, needs, object, orNull, type Shape, shaped, text, texts } from '../well-formed';
import type { Arrival, RoutingInbox } from './inbox';
import * as m from './messages';
import type { RoutingRun } from './routing-run';
import { REQUEST } from './shapes';

/**
 * Registers every signal, update and query. Handlers only push into the inbox; what is refused is refused when its turn has come. What
 * has not the shape of its name is passed over (signals) or refused (updates) before that.
 */
export function listen(inbox: RoutingInbox, run: () => RoutingRun | null): void {
  const on = <T>(
    definition: SignalDefinition<[T]>,
    description: string,
    shape: Shape,
    eventOf: (payload: T) => Arrival['event'],
  ): void => {
    const hear = (payload: T) => {
      if (isShaped(payload, shape)) inbox.tell(eventOf(payload));
      else log.warn('a signal that cannot be read is passed over', { signal: definition.name });
    };
    setHandler(definition, hear, { description } as never);
  };
  on(m.agentRequestedSignal, 'A conversation asks for a human.', REQUEST, (request) => ({
    type: 'agentRequested',
    request,
  }));
  on(
    m.requestCancelledSignal,
    'A request has ended in its conversation.',
    { taskId: text },
    (news) => ({
      type: 'requestCancelled',
      ...news,
    }),
  );
  on(
    m.taskEndedSignal,
    'A task has ended: its place is free.',
    { taskId: text, conversationId: text, agentId: text },
    (news) => ({
      type: 'taskEnded',
      ...news,
    }),
  );
  on(
    m.taskMovedSignal,
    'The place for a task is of another conversation.',
    { taskId: text, agentId: text, conversationId: text, workflowId: text },
    (news) => ({
      type: 'taskMoved',
      ...news,
    }),
  );
  on(
    m.agentsNotifiedSignal,
    'An agent SLA has passed a threshold.',
    { conversationId: text, kind: text, agentIds: texts, dueAt: text },
    (news) => ({
      type: 'agentsNotified',
      ...news,
    }),
  );
  on(
    m.presenceLostSignal,
    'Agents are gone without a logout.',
    { agentIds: texts },
    ({ agentIds }) => ({
      type: 'presenceLost',
      agentIds,
    }),
  );
  on(
    m.presenceBackSignal,
    'Agents who were lost are there again.',
    { agentIds: texts },
    ({ agentIds }) => ({
      type: 'presenceBack',
      agentIds,
    }),
  );
  on(
    m.pauseQueueSignal,
    'Pause a queue: waits go on, no offers. Safe for operators.',
    { queueId: text },
    (queue) => ({
      type: 'pauseQueue',
      ...queue,
    }),
  );
  on(
    m.resumeQueueSignal,
    'Resume a paused queue. Safe for operators.',
    { queueId: text },
    (queue) => ({
      type: 'resumeQueue',
      ...queue,
    }),
  );
  on(
    m.logoutAgentSignal,
    'Log an agent out: offers and conversations go back to their queues. Safe for operators.',
    { agentId: text },
    ({ agentId }) => ({
      type: 'setAgentState',
      agentId,
      state: 'LOGOUT',
      reason: null,
      by: { id: 'operator', supervisor: true },
    }),
  );
  setHandler(m.configurationChangedSignal, () => inbox.tell({ type: 'configured' }), {
    description: 'Queues, agents or MRDs were changed: read them again.',
  } as never);

  listenToUpdates(inbox);
  setHandler(m.getQueuesQuery, () => queues(run()), { description: 'Every queue as it stands.' });
  setHandler(m.getAgentsQuery, () => agents(run()), { description: 'Every agent logged in.' });
  setHandler(m.getWaitsQuery, (about) => waits(run(), about ?? {}), {
    description: 'Positions and estimated waits.',
  });
  setHandler(m.explainRoutingQuery, (about) => explained(run(), about?.taskId), {
    description: 'Why requests wait, one or all.',
  });
}

function listenToUpdates(inbox: RoutingInbox): void {
  const on = <Answer, Request>(
    definition: UpdateDefinition<Answer, [Request]>,
    description: string,
    shape: Shape,
    eventOf: (request: Request) => RoutingEvent,
    answerOf: (decided: RoutingDecided, request: Request, run: RoutingRun) => unknown,
  ): void => {
    const ask = (request: Request) => {
      if (!isShaped(request, shape)) throw refused(unreadable(shape));
      return inbox.ask(eventOf(request), (decided, run) => {
        if (decided.refused) throw refused(decided.refused);
        return answerOf(decided, request, run) as Answer; // paired with its definition below
      });
    };
    setHandler(definition, ask, { description });
  };
  const status = (_: RoutingDecided, { agentId }: { agentId: string }, run: RoutingRun) =>
    run.statusOf(agentId);
  const result = ({ result: told }: RoutingDecided) => told;

  on(
    m.acceptUpdate,
    'Accept an offer: exactly one wins.',
    { taskId: text, agentId: text },
    (it) => ({ type: 'accept', ...it }),
    result,
  );
  on(
    m.declineUpdate,
    'Decline an offer.',
    { taskId: text, agentId: text },
    (it) => ({ type: 'decline', ...it }),
    result,
  );
  on(
    m.setAgentStateUpdate,
    "Log in, log out, change an agent's state.",
    { agentId: text, state: text, by: object },
    (it) => ({ type: 'setAgentState', ...it }),
    status,
  );
  on(
    m.setMrdStateUpdate,
    'Switch one MRD of an agent on or off.',
    { agentId: text, mrdId: text, state: text },
    ({ by: _, ...it }) => ({ type: 'setMrdState', ...it }),
    status,
  );
  on(
    m.takePlaceUpdate,
    "A place for an agent's own act, or an offer to a named agent.",
    PLACE,
    (place) => ({ type: 'takePlace', place }),
    result,
  );
  on(
    m.flushQueueUpdate,
    'End every request that waits in a queue.',
    { queueId: text },
    (it) => ({ type: 'flushQueue', ...it }),
    result,
  );
}

const PLACE: Shape = {
  taskId: text,
  conversationId: text,
  workflowId: text,
  agentId: text,
  mrdId: text,
  kind: text,
  request: orNull(shaped(REQUEST)),
};

function unreadable(shape: Shape): Refusal {
  return { code: 'VALIDATION_FAILED', detail: needs(shape) };
}

function queues(run: RoutingRun | null) {
  return run ? queueStatuses(run.state, Date.now()) : [];
}
function agents(run: RoutingRun | null) {
  return run ? [...run.state.agents.keys()].map((agentId) => statusOf(run.state, agentId)) : [];
}
function waits(run: RoutingRun | null, about: Parameters<typeof waitEstimates>[1]) {
  return run ? waitEstimates(run.state, about, Date.now()) : { tasks: {}, next: {} };
}
function explained(run: RoutingRun | null, taskId: string | undefined) {
  return run ? explainWaiting(run.state, Date.now(), taskId) : [];
}
