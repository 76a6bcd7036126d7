import { RoutingRun } from '../../workflows/routing/routing-run';
import { anAgent, aRoutingConfig } from '../support/routing';

/** domain.md 5.1, `presence`: whoever acts is looked for from then on, whatever the act was. */
it('a NOT_READY agent who barges in, alone in the domain, is looked for when the lease may have ended', () => {
  const config = aRoutingConfig({ agents: { a1: anAgent() } });
  const run = new RoutingRun(config, null, 0);
  expect(run.presenceDueAt).toBeNull();
  const by = { id: 'boss', supervisor: true };
  run.apply({ type: 'setAgentState', agentId: 'a1', state: 'NOT_READY', reason: null, by });
  run.presenceDueAt = null; // the look found nobody to judge
  const before = Date.now();
  const taken = run.apply({
    type: 'takePlace',
    place: {
      taskId: 'tsk_1',
      conversationId: 'cnv_1',
      workflowId: 'conversation:cus_1',
      agentId: 'a1',
      mrdId: 'chat',
      kind: 'JOIN',
      counts: false, // a barge-in: no state of the agent's changes
      letIn: false,
      request: null,
    },
  });
  expect(taken.refused).toBeUndefined();
  expect(run.state.agents.get('a1')?.state).toBe('NOT_READY');
  expect(run.presenceDueAt).toBeGreaterThanOrEqual(before + 60_000);
});
