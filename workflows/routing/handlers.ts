import type { SignalDefinition, UpdateDefinition } from '@temporalio/common';
import { setHandler } from '@temporalio/workflow';
import type { RoutingEvent } from '../../domain/routing/events';
import { explainWaiting } from '../../domain/routing/explain';
import type { RoutingDecided } from '../../domain/routing/routing';
import { queueStatuses, statusOf } from '../../domain/routing/status';
import { refused } from '../conversation/handlers';
import type { Arrival, RoutingInbox } from './inbox';
import * as m from './messages';
import type { RoutingRun } from './routing-run';

/** Registers every signal, update and query. Handlers only push into the inbox; what is refused is refused when its turn has come. */
export function listen(inbox: RoutingInbox, run: () => RoutingRun | null): void {
  const on = <T>(
    definition: SignalDefinition<[T]>,
    description: string,
    eventOf: (payload: T) => Arrival['event'],
  ): void => {
    setHandler(definition, (payload: T) => inbox.tell(eventOf(payload)), { description } as never);
  };
  on(m.agentRequestedSignal, 'A conversation asks for a human.', (request) => ({
    type: 'agentRequested',
    request,
  }));
  on(m.requestCancelledSignal, 'A request has ended in its conversation.', (news) => ({
    type: 'requestCancelled',
    ...news,
  }));
  on(m.taskEndedSignal, 'A task has ended: its place is free.', (news) => ({
    type: 'taskEnded',
    ...news,
  }));
  on(m.taskMovedSignal, 'The place for a task is of another conversation.', (news) => ({
    type: 'taskMoved',
    ...news,
  }));
  on(m.agentsNotifiedSignal, 'An agent SLA has passed a threshold.', (news) => ({
    type: 'agentsNotified',
    ...news,
  }));
  on(m.presenceLostSignal, 'Agents are gone without a logout.', ({ agentIds }) => ({
    type: 'presenceLost',
    agentIds,
  }));
  on(m.pauseQueueSignal, 'Pause a queue: waits go on, no offers. Safe for operators.', (queue) => ({
    type: 'pauseQueue',
    ...queue,
  }));
  on(m.resumeQueueSignal, 'Resume a paused queue. Safe for operators.', (queue) => ({
    type: 'resumeQueue',
    ...queue,
  }));
  on(
    m.logoutAgentSignal,
    'Log an agent out: offers and conversations go back to their queues. Safe for operators.',
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
  setHandler(m.explainRoutingQuery, (about) => explained(run(), about?.taskId), {
    description: 'Why requests wait, one or all.',
  });
}

function listenToUpdates(inbox: RoutingInbox): void {
  const on = <Answer, Request>(
    definition: UpdateDefinition<Answer, [Request]>,
    description: string,
    eventOf: (request: Request) => RoutingEvent,
    answerOf: (decided: RoutingDecided, request: Request, run: RoutingRun) => unknown,
  ): void => {
    const ask = (request: Request) =>
      inbox.ask(eventOf(request), (decided, run) => {
        if (decided.refused) throw refused(decided.refused);
        return answerOf(decided, request, run) as Answer; // paired with its definition below
      });
    setHandler(definition, ask, { description });
  };
  const status = (_: RoutingDecided, { agentId }: { agentId: string }, run: RoutingRun) =>
    statusOf(run.state, agentId);
  const result = ({ result: told }: RoutingDecided) => told;

  on(
    m.acceptUpdate,
    'Accept an offer: exactly one wins.',
    (it) => ({ type: 'accept', ...it }),
    result,
  );
  on(m.declineUpdate, 'Decline an offer.', (it) => ({ type: 'decline', ...it }), result);
  on(
    m.setAgentStateUpdate,
    "Log in, log out, change an agent's state.",
    (it) => ({ type: 'setAgentState', ...it }),
    status,
  );
  on(
    m.setMrdStateUpdate,
    'Switch one MRD of an agent on or off.',
    ({ by: _, ...it }) => ({ type: 'setMrdState', ...it }),
    status,
  );
  on(
    m.takePlaceUpdate,
    "A place for an agent's own act, or an offer to a named agent.",
    (place) => ({ type: 'takePlace', place }),
    result,
  );
  on(
    m.flushQueueUpdate,
    'End every request that waits in a queue.',
    (it) => ({ type: 'flushQueue', ...it }),
    result,
  );
}

function queues(run: RoutingRun | null) {
  return run ? queueStatuses(run.state, Date.now()) : [];
}
function agents(run: RoutingRun | null) {
  return run ? [...run.state.agents.keys()].map((agentId) => statusOf(run.state, agentId)) : [];
}
function explained(run: RoutingRun | null, taskId: string | undefined) {
  return run ? explainWaiting(run.state, Date.now(), taskId) : [];
}
