import type { Refusal } from '../errors';
import type { AnswerSuggestion, Suggest } from './acts';
import { isPrimary, presentBot } from './facts';
import type { ConversationState } from './model';
import { refuse } from './refusal';
import { ourId } from './speaking';
import { record, type Turn } from './turn';

/** A bot beside the agents proposes; only an agent sends (domain.md 7.2, BOT_SUGGESTION). */
export function whyNotSuggest(
  state: ConversationState,
  { actor }: Pick<Suggest, 'actor'>,
): Refusal | null {
  return actor.type === 'BOT' && presentBot(state, actor.id)
    ? null
    : refuse('FORBIDDEN', 'Only a bot in the conversation suggests.');
}

export function suggest(
  turn: Turn,
  { actor, suggestionId, body, replyTo }: Omit<Suggest, 'conversationId'>,
): void {
  const known = turn.state.recent.find(({ id }) => id === suggestionId);
  const entry =
    known ??
    record(
      turn,
      'BOT_SUGGESTION',
      { suggestionId, botId: actor.id },
      { id: suggestionId, actor, body, replyTo: ourId(turn.state, replyTo) },
    );
  turn.result = { seq: entry.seq };
}

export function whyNotAnswerSuggestion(
  state: ConversationState,
  { actor, suggestionId }: AnswerSuggestion,
): Refusal | null {
  if (!isPrimary(state, actor.id)) return refuse('FORBIDDEN', 'Only a PRIMARY agent answers.');
  return suggestionOf(state, suggestionId)
    ? null
    : refuse('NOT_FOUND', 'The conversation has no such recent suggestion.');
}

/** What the agent made of it. The message itself, where there is one, comes as any other. */
export function answerSuggestion(
  turn: Turn,
  { actor, suggestionId, action }: AnswerSuggestion,
): void {
  const botId = suggestionOf(turn.state, suggestionId)?.actorId ?? '';
  record(turn, 'BOT_SUGGESTION', { suggestionId, botId, answer: action }, { actor });
}

function suggestionOf(state: ConversationState, suggestionId: string) {
  return state.recent.find(({ id, type }) => id === suggestionId && type === 'BOT_SUGGESTION');
}
