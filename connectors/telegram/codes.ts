import { ConnectorError } from '../../domain/errors';
import { detailOf, errorOfStatus, type ProviderAnswer, throttled } from '../provider-call';
import { Answer } from './payload';

/** What an answer that is not `ok` means (connectors.md 13.2). A 5xx with Telegram's own body was not processed. */
export function errorOf(answer: ProviderAnswer): ConnectorError {
  const parsed = Answer.safeParse(answer.json);
  if (!parsed.success || parsed.data.ok) return errorOfStatus(answer);
  const { error_code: code = answer.status, description, parameters } = parsed.data;
  const facts = { code: String(code), ...detailOf(description) };
  if (code === 429) {
    const seconds = parameters?.retry_after;
    return throttled(answer.headers, {
      ...facts,
      ...(seconds !== undefined && { retryAfterMs: Math.ceil(seconds * 1000) }),
    });
  }
  if (code === 401 || code === 404)
    return new ConnectorError('ChannelStopped', `Telegram ${code}`, { reason: 'auth', ...facts });
  if (code === 403)
    return new ConnectorError('Unreachable', 'Telegram 403', { reason: 'blocked', ...facts });
  if (code >= 500) return new ConnectorError('Unavailable', `Telegram ${code}`, facts);
  return new ConnectorError('Rejected', `Telegram ${code}`, facts);
}
