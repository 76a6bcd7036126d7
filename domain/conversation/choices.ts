import { choiceToken } from '../message/choice-token';
import type { MessageBody } from '../message/schema';
import type { ConversationState, OpenChoices } from './model';
import type { Turn } from './turn';

/** The choices that a body offers, in the order in which a customer counts them. */
export function choicesOf(body: MessageBody): OpenChoices['choices'] {
  const offered =
    body.type === 'BUTTON'
      ? body.choices
      : body.type === 'CAROUSEL'
        ? body.cards.flatMap((card) => card.choices ?? [])
        : [];
  return offered.map(({ id, title }) => ({ id, title }));
}

/**
 * A typed title (any letter case), number or id counts as a choice of the newest unanswered set; the text is kept (connectors.md 1.9).
 * A tap whose id was too long for the provider comes back as its token, and gets the id again.
 */
export function asChoice(
  state: ConversationState,
  sessionId: string,
  body: MessageBody,
): MessageBody {
  const open = state.openChoices.find((choices) => choices.sessionId === sessionId);
  if (body.type === 'CHOICE') return open ? tapped(body, open.choices) : body;
  if (body.type !== 'PLAIN') return body;
  const typed = body.text.trim();
  const choice = open?.choices.find(
    ({ id, title }, index) => id === typed || sameText(title, typed) || String(index + 1) === typed,
  );
  if (!choice) return body;
  return { type: 'CHOICE', choiceId: choice.id, title: choice.title, text: body.text };
}

type Tap = Extract<MessageBody, { type: 'CHOICE' }>;

/** By token only where the title, if the provider tells it, is the choice's own: an older set may have had such an id. */
function tapped(tap: Tap, choices: OpenChoices['choices']): Tap {
  if (choices.some(({ id }) => id === tap.choiceId)) return tap;
  const choice = choices.find((_choice, index) => choiceToken(index, choices) === tap.choiceId);
  if (!choice) return tap;
  const begin = tap.title?.replace(/…$/, '') ?? choice.title;
  if (!choice.title.startsWith(begin)) return tap;
  return { ...tap, choiceId: choice.id, title: choice.title };
}

/** An answer takes the set away: what is typed afterwards is text again. */
export function closeChoices(turn: Turn, sessionId: string, body: MessageBody): void {
  if (body.type === 'CHOICE') dropChoices(turn, sessionId);
}

export function dropChoices(turn: Turn, sessionId: string): void {
  if (turn.state.openChoices.some((choices) => choices.sessionId === sessionId))
    turn.state.openChoices = turn.state.openChoices.filter(
      (choices) => choices.sessionId !== sessionId,
    );
}

function sameText(a: string, b: string): boolean {
  return a.trim().toLowerCase() === b.toLowerCase();
}
