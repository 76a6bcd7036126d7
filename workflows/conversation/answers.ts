import type { TimelineActivity } from '../../domain/conversation/timeline-activity';
import type { MessageBody } from '../../domain/message/schema';
import type { AskOptions, ChoiceOption, IncomingMessage, Sayable } from './define-bot';

type Verdict =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly correction: string | null };
export type PlainChoice = {
  readonly id: string;
  readonly title: string;
  readonly description?: string;
};

/** Whether a message answers a question: one of the choices, and good in the author's eyes. */
export async function judge(
  message: IncomingMessage,
  choices: readonly PlainChoice[],
  validate: AskOptions['validate'],
): Promise<Verdict> {
  const chosen = choices.length > 0 ? choiceOf(message, choices) : null;
  if (choices.length > 0 && !chosen) return { ok: false, correction: null };
  const value = chosen?.id ?? message.text;
  const verdict = validate ? await validate(value) : true;
  return verdict === true ? { ok: true, value } : { ok: false, correction: verdict };
}

/** By id, by title in any letter case, or by number (domain.md 7.2). */
function choiceOf(message: IncomingMessage, choices: readonly PlainChoice[]): PlainChoice | null {
  if (message.body.type === 'CHOICE') {
    const { choiceId } = message.body;
    return choices.find(({ id }) => id === choiceId) ?? null;
  }
  const text = message.text.trim().toLowerCase();
  return (
    choices.find(
      ({ id, title }, index) =>
        id.toLowerCase() === text || title.toLowerCase() === text || `${index + 1}` === text,
    ) ?? null
  );
}

export function toChoice(choice: ChoiceOption): PlainChoice {
  return typeof choice === 'string' ? { id: choice, title: choice } : choice;
}

/** The question as a message: its choices as buttons, where it has any. */
export function withChoices(question: Sayable, choices: readonly PlainChoice[]): MessageBody {
  const body = toBody(question);
  if (choices.length === 0) return body;
  return { type: 'BUTTON', text: textOf(body), choices: [...choices] };
}

export function toBody(body: Sayable): MessageBody {
  return typeof body === 'string' ? { type: 'PLAIN', text: body } : body;
}

/** The message as hooks see it. */
export function incoming(entry: TimelineActivity): IncomingMessage {
  const body = entry.body ?? { type: 'UNSUPPORTED', kind: 'empty' };
  return {
    id: entry.id,
    seq: entry.seq,
    at: entry.at,
    sessionId: entry.channelSessionId,
    body,
    text: textOf(body),
  };
}

function textOf(body: MessageBody): string {
  if ('text' in body && body.text) return body.text;
  if (body.type === 'CHOICE') return body.title ?? body.choiceId;
  return 'caption' in body && body.caption ? body.caption : '';
}
