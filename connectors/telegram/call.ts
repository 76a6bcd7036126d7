import { ConnectorError } from '../../domain/errors';
import type { CallContext } from '../connector';
import { callProvider, type ProviderAnswer } from '../provider-call';
import { errorOf } from './codes';
import type { TelegramConfig } from './config';
import { Answer } from './payload';

export type Json = Readonly<Record<string, unknown>>;

/** A file that goes along, in the place of its link. */
export interface Upload {
  readonly field: string;
  readonly file: File;
}

/** One call of a method. The token is in the path: no error may name the address, and none does. */
export function call(
  { cfg, baseUrl, fetch, signal }: CallContext<TelegramConfig>,
  method: string,
  params: Json,
  upload: Upload | null = null,
): Promise<ProviderAnswer> {
  return callProvider(fetch, `${baseUrl.replace(/\/+$/, '')}/bot${cfg.botToken}/${method}`, {
    method: 'POST',
    ...(upload
      ? { body: formOf(params, upload) }
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(params) }),
    signal,
    redirect: 'manual',
  });
}

function formOf(params: Json, { field, file }: Upload): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(params))
    if (name !== field) form.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  form.set(field, file);
  return form;
}

/** What the method answered; throws when it refused. */
export function accepted(answer: ProviderAnswer): unknown {
  const parsed = Answer.safeParse(answer.json);
  if (parsed.success && parsed.data.ok) return parsed.data.result;
  // A 200 without an answer that can be read may hide a message that went out.
  if (answer.status < 300 && !parsed.success)
    throw new ConnectorError('Ambiguous', 'unreadable answer', { reason: 'answer' });
  throw errorOf(answer);
}
