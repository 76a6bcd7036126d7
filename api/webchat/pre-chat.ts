import type { Channel } from '../../domain/channel/schema';
import type { Json } from '../../domain/json/json';
import { type Fault, invalid } from '../errors';

/** A form that is sent must answer what it has to; a client without the form sends none. */
export function checkForm(channel: Channel, form: unknown): void {
  if (form === undefined) return;
  if (typeof form !== 'object' || form === null || Array.isArray(form))
    throw invalid([{ path: 'channelData.formData', message: 'must be an object' }]);
  const answers = form as Readonly<Record<string, unknown>>;
  const faults = channel.webchat.preChatFields.flatMap(({ key, required }): Fault[] => {
    const answer = answers[key];
    if (answer === undefined || answer === '')
      return required ? [{ path: `channelData.formData.${key}`, message: 'is required' }] : [];
    const isScalar = ['string', 'number', 'boolean'].includes(typeof answer);
    return isScalar ? [] : [{ path: `channelData.formData.${key}`, message: 'must be a text' }];
  });
  if (faults.length > 0) throw invalid(faults);
}

/** A visitor's browser says what it likes of itself, but not how urgent its owner is. */
export function withoutPrivileges(
  data: Readonly<Record<string, Json>>,
): Readonly<Record<string, Json>> {
  const { requestPriority: _urgency, ...rest } = data;
  return rest;
}
