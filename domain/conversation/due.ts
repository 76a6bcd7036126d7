import { agentSlaDue } from './agent-sla';
import { lifeIsOver, retryClosing } from './closing';
import { offerLapsed } from './control-actions';
import { clearDeadline, kindOf, subjectOf, thresholdTimes } from './deadlines';
import { presentAgents, sessionById } from './facts';
import { endHold } from './hold';
import { agentIdle, leaveAgent } from './leaving';
import { handFalls } from './notes';
import { sendScheduled } from './outbound';
import { listRequestExpired } from './pull-list';
import { requestExpired } from './request-ends';
import { sayText } from './speaking';
import { inactivityOf, moveTimers } from './timers';
import { effect, record, type Turn, tellController } from './turn';
import { endWrapUp } from './wrap-up';

/** What is done when a deadline, or a threshold on the way to it, has passed (the last column of domain.md 5.1). */
export function onDeadline(turn: Turn, name: string): void {
  if (kindOf(name) === 'agentSla') {
    agentSlaDue(turn);
    return;
  }
  if (kindOf(name) === 'customerInactivity') {
    customerIsSilent(turn, subjectOf(name));
    return;
  }
  clearDeadline(turn, name);
  DUE[kindOf(name)]?.(turn, subjectOf(name));
}

const DUE: Readonly<Record<string, (turn: Turn, subject: string) => void>> = {
  agentRequestTtl: requestExpired,
  listRequestTtl: listRequestExpired,
  botResponse: (turn, botId) => effect(turn, { type: 'botResponseDue', botId }),
  dialogue: (turn, n) => effect(turn, { type: 'dialogueDue', name: `dialogue:${n}` }),
  reminder: fireReminder,
  controlOffer: offerLapsed,
  agentIdle,
  hold: (turn) => endHold(turn, 'EXPIRED'),
  wrapUp: wrapUpIsOver,
  customerLeft: customerStaysAway,
  scheduled: sendScheduled,
  maxLife: lifeIsOver,
  closing: retryClosing,
  handRaise: handFalls,
};

/**
 * The due timer ends nothing by itself (domain.md 3.2 rule 3): it starts again in full at once, so that a hook which keeps the
 * session has what it wants and the customer never waits without a deadline.
 */
function customerIsSilent(turn: Turn, sessionId: string): void {
  const name = inactivityOf(sessionId);
  const dueAt = turn.state.deadlines[name] ?? turn.now;
  if (dueAt > turn.now) {
    remind(turn, sessionId);
    return;
  }
  const settings = sessionById(turn.state, sessionId)?.settings;
  clearDeadline(turn, name);
  record(
    turn,
    'CHANNEL_SESSION_EXPIRED',
    { inactiveSeconds: settings?.customerInactivityTimeoutSeconds ?? 0 },
    { sessionId },
  );
  moveTimers(turn, 'SESSION_STARTED', sessionId);
  tellController(turn, { type: 'CHANNEL_SESSION_EXPIRED', sessionId });
}

/** Thresholds REMIND; of several that passed at once only the last is said. */
function remind(turn: Turn, sessionId: string): void {
  const name = inactivityOf(sessionId);
  const settings = sessionById(turn.state, sessionId)?.settings;
  const passed = thresholdTimes(turn.state, name).filter((time) => time <= turn.now).length;
  turn.state.thresholdsPassed = { ...turn.state.thresholdsPassed, [name]: passed };
  const threshold = settings?.customerInactivityThresholds.filter(
    ({ action }) => action === 'REMIND',
  )[passed - 1];
  if (threshold?.text) sayText(turn, 'REMINDER', threshold.text, sessionId);
}

function fireReminder(turn: Turn, name: string): void {
  const { [name]: data = null, ...others } = turn.state.reminders;
  turn.state.reminders = others;
  record(turn, 'REMINDER_FIRED', { name, data });
  tellController(turn, { type: 'REMINDER_FIRED', name, data });
}

/** K9: no label was given in time. */
function wrapUpIsOver(turn: Turn, taskId: string): void {
  const task = turn.state.tasks.find(({ id }) => id === taskId);
  if (task?.state === 'WRAP_UP') endWrapUp(turn, task, 'WRAP_UP_DONE');
}

/** T16. */
function customerStaysAway(turn: Turn): void {
  for (const agent of presentAgents(turn.state, 'PRIMARY'))
    leaveAgent(turn, agent.id, 'CUSTOMER_LEFT');
}
