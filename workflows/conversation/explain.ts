import type { ConversationRun } from './conversation-run';
import type { Explanation } from './messages';

/** Answers the query `explain` from what is recorded: facts, decisions, deadlines. */
export function explain(run: ConversationRun | null): Explanation {
  if (!run)
    return {
      state: 'NONE',
      because: 'no conversation is open',
      waitingFor: [],
      decisions: [],
      timers: [],
    };
  const { state } = run;
  const agents = state.participants.filter(
    ({ type, role, leftAt }) => type === 'AGENT' && role === 'PRIMARY' && leftAt === null,
  ).length;
  const sessions = state.sessions.filter((session) => session.state === 'STARTED').length;
  const wrapUps = state.tasks.filter((task) => task.state === 'WRAP_UP').length;
  return {
    state: state.state,
    because: `${sessions} started sessions, ${agents} primary agents, ${wrapUps} wrap-ups, held: ${state.held !== null}, an agent has been here: ${state.everAgent}, control: ${state.control.holder} (epoch ${state.control.epoch})`,
    waitingFor: [
      ...(run.hooks.runs ? [`a ${run.hooks.runs} of the bot`] : []),
      ...(run.outbox.idle
        ? []
        : [`${run.outbox.carried.length} messages on their way to a provider`]),
      ...(run.archive.waitingEntries.length > 0
        ? [`the archive: ${run.archive.waitingEntries.length} entries`]
        : []),
      ...(run.archive.conflict ? [`an operator: ${run.archive.conflict}`] : []),
    ],
    decisions: run.decisions,
    timers: run.view().timers.map(({ name, dueAt }) => ({ name, dueAt, why: whyOf(name) })),
  };
}

const WHY: Readonly<Record<string, string>> = {
  customerInactivity: 'the customer has this long to write',
  agentSla: 'the agents have this long to answer',
  agentIdle: 'the agent has this long to do anything',
  agentRequestTtl: 'the request looks this long for a human',
  listRequestTtl: 'the list entry waits this long for a human',
  hold: 'the hold ends by itself',
  wrapUp: 'the wrap-up ends by itself',
  customerLeft: 'the agents may finish without the customer',
  dialogue: "the bot's own wait",
  reminder: 'set by the bot',
  controlOffer: 'the offer of control lapses',
  scheduled: 'a scheduled message',
  handRaise: 'the hand falls by itself',
  maxLife: 'no conversation lives longer',
  closing: 'the housekeeping is tried again',
};
function whyOf(name: string): string {
  return WHY[name.split(':')[0] ?? ''] ?? 'routing';
}
