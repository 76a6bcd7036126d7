import { ConnectorError } from '../../domain/errors';
import { OutgoingError } from '../../domain/outgoing-error';
import { SmtpError } from '../../domain/smtp-error';
import type { OutboundPart, SendContext, SendResult } from '../connector';
import { errorOfConnection, errorOfSmtp } from './codes';
import { compose } from './compose';
import type { EmailConfig } from './config';

/** One part is one mail. Taken by the server is all that mail can tell: `sent` (connectors.md 9). */
export async function send(
  part: OutboundPart,
  context: SendContext<EmailConfig>,
): Promise<SendResult> {
  const { cfg, sendMail } = context;
  if (!sendMail) throw new ConnectorError('ChannelStopped', 'no way out', { reason: 'config' });
  const { mail, messageId } = await compose(part, context);
  const { user = null, password = null, ...server } = cfg.smtp;
  const { refused } = await sendMail({ ...server, user, password }, mail).catch(fail);
  if (refused.some((address) => address.toLowerCase() === part.to.toLowerCase()))
    throw new ConnectorError('Unreachable', 'the recipient was refused', { reason: 'recipient' });
  return { providerMessageIds: [messageId], state: 'sent' };
}

function fail(error: unknown): never {
  if (error instanceof SmtpError) throw errorOfSmtp(error);
  if (error instanceof OutgoingError) throw errorOfConnection(error);
  throw error;
}
