import type { JoiningAgent } from './acts';
import { clearDeadline } from './deadlines';
import { isPresent } from './facts';
import type { LeaveReason, Participant, ParticipantRole } from './model';
import { record, type Turn, tellController } from './turn';

/** The records of who is here (domain.md 4.1). What a join or leave means is decided elsewhere: joining.ts, leaving.ts. */

/** An agent joins: AGENT_SUBSCRIBED. The caller has looked that the agent is not present. */
export function subscribeAgent(
  turn: Turn,
  agent: JoiningAgent,
  role: ParticipantRole,
  facts: { readonly taskId: string | null; readonly invitedBy: string | null },
): void {
  addStay(turn, {
    id: agent.agentId,
    type: 'AGENT',
    role,
    name: agent.name,
    invitedBy: facts.invitedBy,
    supervisor: agent.supervisor,
  });
  record(
    turn,
    'AGENT_SUBSCRIBED',
    { agentId: agent.agentId, name: agent.name, role, ...facts },
    { actor: { type: 'AGENT', id: agent.agentId, name: agent.name } },
  );
}

/** An agent's stay ends: AGENT_UNSUBSCRIBED; a raised hand falls. */
export function unsubscribeAgent(turn: Turn, agent: Participant, reason: LeaveReason): void {
  endStay(turn, agent, reason);
  lowerHand(turn, agent.id);
  record(
    turn,
    'AGENT_UNSUBSCRIBED',
    { agentId: agent.id, name: agent.name, role: agent.role, reason },
    { actor: { type: 'AGENT', id: agent.id, name: agent.name } },
  );
}

export function subscribeBot(turn: Turn, botId: string, role: ParticipantRole): void {
  addStay(turn, { id: botId, type: 'BOT', role, name: null, invitedBy: null });
  record(
    turn,
    'BOT_SUBSCRIBED',
    { botId, role },
    { actor: { type: 'BOT', id: botId, name: null } },
  );
}

export function unsubscribeBot(turn: Turn, bot: Participant, reason: LeaveReason): void {
  endStay(turn, bot, reason);
  record(
    turn,
    'BOT_UNSUBSCRIBED',
    { botId: bot.id, role: bot.role, reason },
    { actor: { type: 'BOT', id: bot.id, name: null } },
  );
}

/** A session's participant: its id is the session's. Comes and goes with the session's own entries. */
export function addCustomer(turn: Turn, sessionId: string): void {
  addStay(turn, {
    id: sessionId,
    type: 'CUSTOMER',
    role: 'CUSTOMER',
    name: turn.state.customer.name,
    invitedBy: null,
  });
}

export function removeCustomer(turn: Turn, sessionId: string, reason: LeaveReason): void {
  const stay = turn.state.participants.find(
    (p) => p.type === 'CUSTOMER' && p.id === sessionId && isPresent(p),
  );
  if (stay) endStay(turn, stay, reason);
}

/** Gives a present agent or bot another role; nothing when it has it already. */
export function changeRole(turn: Turn, who: Participant, to: ParticipantRole): void {
  const from = who.role;
  if (from === to || who.type === 'CUSTOMER') return;
  replaceStay(turn, who, { role: to });
  record(turn, 'PARTICIPANT_ROLE_CHANGED', {
    participantId: who.id,
    participantType: who.type === 'BOT' ? 'BOT' : 'AGENT',
    name: who.name,
    from,
    to,
  });
  tellController(turn, { type: 'PARTICIPANT_ROLE_CHANGED', participantId: who.id, from, to });
}

export function lowerHand(turn: Turn, agentId: string): void {
  if (!turn.state.raisedHands.includes(agentId)) return;
  turn.state.raisedHands = turn.state.raisedHands.filter((id) => id !== agentId);
  clearDeadline(turn, `handRaise:${agentId}`);
}

function addStay(
  turn: Turn,
  stay: Omit<Participant, 'joinedAt' | 'joinedSeq' | 'leftAt' | 'leaveReason'>,
): void {
  const joined = {
    ...stay,
    joinedAt: turn.now,
    joinedSeq: turn.state.lastSeq + 1,
    leftAt: null,
    leaveReason: null,
  };
  turn.state.participants = [...turn.state.participants, joined];
}

function endStay(turn: Turn, who: Participant, reason: LeaveReason): void {
  replaceStay(turn, who, { leftAt: turn.now, leaveReason: reason });
}

function replaceStay(turn: Turn, who: Participant, change: Partial<Participant>): void {
  turn.state.participants = turn.state.participants.map((p) =>
    p.id === who.id && p.type === who.type && isPresent(p) ? { ...p, ...change } : p,
  );
}
