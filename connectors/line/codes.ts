import { ConnectorError } from '../../domain/errors';
import { detailOf, errorOfStatus, type ProviderAnswer, throttled } from '../provider-call';
import { ErrorReply } from './payload';

/** LINE tells errors by HTTP status alone (connectors.md 7). After a 5xx the same retry key goes again. */
export function errorOf(answer: ProviderAnswer): ConnectorError {
  const { status, headers } = answer;
  const parsed = ErrorReply.safeParse(answer.json);
  const facts = {
    code: String(status),
    ...detailOf(parsed.success ? parsed.data.message : undefined),
  };
  if (status === 429) return throttled(headers, facts);
  if (status === 401)
    return new ConnectorError('ChannelStopped', 'HTTP 401', { reason: 'auth', ...facts });
  if (status === 403)
    return new ConnectorError('ChannelStopped', 'HTTP 403', { reason: 'permission', ...facts });
  return errorOfStatus(answer, facts);
}
