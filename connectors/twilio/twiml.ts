import { stageOf } from './call-states';
import type { TwilioConfig } from './config';
import { type Params, param } from './payload';

export const EMPTY_TWIML = '<Response/>';

/**
 * What a call is to do, where Twilio asks: at its beginning it goes to the voice application (`voiceUrl`), else it is turned away as
 * busy, since an empty answer would pick it up and hang up at once. Callbacks about a call's progress do not read the answer.
 */
export function twimlOf(params: Params, { voiceUrl }: Partial<TwilioConfig>): string {
  if (!asksForTwiml(params)) return EMPTY_TWIML;
  if (voiceUrl)
    return `<Response><Redirect method="POST">${escaped(voiceUrl)}</Redirect></Response>`;
  return '<Response><Reject reason="busy"/></Response>';
}

/** Callbacks say what they come from, or count themselves. */
function asksForTwiml(params: Params): boolean {
  const isCallback = ['CallbackSource', 'SequenceNumber', 'StatusCallbackEvent'].some((name) =>
    params.has(name),
  );
  return !isCallback && params.has('CallSid') && stageOf(param(params, 'CallStatus')) === 'STARTED';
}

function escaped(url: string): string {
  const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };
  return url.replace(/[&<>"']/g, (char) => entities[char as keyof typeof entities]);
}
