import { ConnectorError } from '../../domain/errors';
import type { OutgoingError } from '../../domain/outgoing-error';
import type { SmtpError } from '../../domain/smtp-error';
import { detailOf } from '../provider-call';

/**
 * What a mail server's refusal means (connectors.md 9): 4xx passes, 5xx stays, refused credentials stop the channel, and a recipient
 * that nobody knows there (RFC 5321: 550, 551, 553) is unreachable.
 */
export function errorOfSmtp({ code, phase, reply, message }: SmtpError): ConnectorError {
  const facts = { code: String(code), ...detailOf(reply) };
  if (phase === 'LOGIN' && code >= 500)
    return new ConnectorError('ChannelStopped', message, { reason: 'auth', ...facts });
  if (code === 530 || code === 534 || code === 535 || code === 538)
    return new ConnectorError('ChannelStopped', message, { reason: 'auth', ...facts });
  if (code < 500) return new ConnectorError('Unavailable', message, facts);
  if (phase === 'CONNECT')
    return new ConnectorError('ChannelStopped', message, { reason: 'permission', ...facts });
  if (phase === 'RECIPIENT' && (code === 550 || code === 551 || code === 553))
    return new ConnectorError('Unreachable', message, { reason: 'recipient', ...facts });
  return new ConnectorError('Rejected', message, facts);
}

/** Only a mail that was handed over whole may have been taken. */
export function errorOfConnection(error: OutgoingError): ConnectorError {
  const options = { cause: error };
  if (error.failure === 'refused')
    return new ConnectorError('ChannelStopped', error.message, { reason: 'config' }, options);
  if (error.failure === 'unreached')
    return new ConnectorError('Unavailable', error.message, {}, options);
  return new ConnectorError('Ambiguous', error.message, { reason: error.failure }, options);
}
