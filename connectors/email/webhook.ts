import { createHash } from 'node:crypto';
import { failureReason } from '../../domain/message/send-policy';
import type { HookContext, HookReply, InboundEvent, RawRequest, Verdict } from '../connector';
import { sameBytes, secretsOf } from '../secrets';
import { verifyStandardWebhook } from '../standard-webhooks';
import { isAutomatic } from './automatic';
import type { EmailConfig } from './config';
import { contentOf } from './content';
import { ownPart } from './message-id';
import type { ReadMail } from './read';
import { conversationOf } from './reply-address';
import { bounceIn, isReport } from './report';

const NO = { ok: false, status: 401 } as const;

/**
 * A raw mail (`message/rfc822`) with the signature of Standard Webhooks over its bytes, or, for mail servers that cannot sign, the
 * secret as Bearer or as the password of Basic authentication. Any active secret fits.
 */
export function verify(request: RawRequest, cfg: EmailConfig, now: Date): Verdict {
  const secrets = secretsOf(cfg.inboundSecret);
  const authorization = request.headers.get('authorization');
  if (authorization === null || request.headers.has('webhook-signature'))
    return verifyStandardWebhook(request, secrets, now);
  const [scheme = '', credentials = ''] = authorization.trim().split(/\s+/, 2);
  const given =
    scheme.toLowerCase() === 'bearer'
      ? Buffer.from(credentials)
      : scheme.toLowerCase() === 'basic'
        ? Buffer.from(passwordOf(credentials))
        : Buffer.alloc(0);
  return secrets.some((secret) => sameBytes(given, Buffer.from(secret)))
    ? { ok: true }
    : { ...NO, reason: 'secret' };
}

/** One mail is one message, or the news that one of ours did not arrive. */
export function parse(
  request: RawRequest,
  context: HookContext<EmailConfig>,
): readonly InboundEvent[] {
  const mail = context.document as ReadMail | undefined; // what our own `read` answered
  const digest = createHash('sha256').update(request.raw).digest('hex');
  // A mail without an id is known by its bytes.
  const id = mail?.messageId ?? `sha256:${digest}`;
  const base = {
    channelId: context.channel.id,
    eventKey: `msg:${id}`,
    occurredAt: context.now.toISOString(),
  };
  if (!mail) return [{ ...base, kind: 'unparsed', reason: 'not a mail' }];
  const report = isReport(mail);
  const bounce = report ? bounceIn(mail) : null;
  if (bounce)
    return [
      {
        ...base,
        kind: 'status',
        partId: bounce.partId,
        providerMessageId: bounce.messageId,
        state: 'FAILED',
        reasonCode: failureReason('Unreachable'),
        ...(bounce.status && { providerCode: bounce.status }),
      },
    ];
  if (report) return [{ ...base, kind: 'unparsed', reason: 'a report on no mail of ours' }];
  if (!mail.from) return [{ ...base, kind: 'unparsed', reason: 'no sender' }];
  return [messageOf(mail, { ...base, id, raw: request.raw }, context)];
}

export function reply(): HookReply {
  return { status: 200, body: '' };
}

function messageOf(
  mail: ReadMail,
  {
    id,
    raw,
    ...base
  }: { id: string; raw: Uint8Array; channelId: string; eventKey: string; occurredAt: string },
  { cfg, channel, now }: HookContext<EmailConfig>,
): InboundEvent {
  const { from } = mail;
  const address = cfg.address ?? channel.serviceIdentifier;
  const own = [address, channel.serviceIdentifier];
  const recipients = [
    ...[...mail.to, ...mail.cc].map((person) => person.address),
    ...DELIVERED_TO.flatMap((name) => mail.headers.get(name)?.split(/[\n,\s]+/) ?? []),
  ];
  const conversationId = conversationOf(recipients, address, secretsOf(cfg.inboundSecret));
  const answered = answeredId(mail);
  const verified = mail.headers.get('authentication-results')?.slice(0, 1000);
  return {
    ...base,
    // The sender's clock, unless it runs ahead.
    occurredAt: mail.date && mail.date <= now.toISOString() ? mail.date : base.occurredAt,
    kind: 'message',
    providerMessageId: id,
    externalUser: {
      id: from?.address.toLowerCase() ?? '',
      ...(from?.name && { displayName: from.name.slice(0, 256) }),
    },
    ...contentOf(mail, raw),
    ...(answered && { replyTo: answered }),
    ...(verified && { channelData: { authenticationResults: verified } }),
    ...(conversationId && { conversationId }),
    ...(isAutomatic(mail, own) && { automatic: true as const }),
  };
}

/** Headers in which servers say for whom they took it. */
const DELIVERED_TO = ['delivered-to', 'x-original-to', 'envelope-to'];

/** The message that it answers: `In-Reply-To`, else the newest of `References`; ours by our own id. The subject never counts. */
function answeredId({ inReplyTo, references }: ReadMail): string | null {
  const named = inReplyTo ?? references.at(-1);
  if (!named) return null;
  const ours = [inReplyTo ?? '', ...references.toReversed()]
    .map((messageId) => ownPart(messageId))
    .find((part) => part !== null);
  return ours?.messageId ?? named;
}

function passwordOf(credentials: string): string {
  const pair = Buffer.from(credentials, 'base64').toString('utf8');
  return pair.slice(pair.indexOf(':') + 1);
}
