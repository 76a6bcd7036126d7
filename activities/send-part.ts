import type { OutboundPart } from '../connectors/connector';
import type { Capabilities } from '../domain/channel/capabilities';
import { needsAgentTag, type WindowedSession } from '../domain/channel/reply-window';
import { ConnectorError } from '../domain/errors';
import { partId } from '../domain/ids';
import { mediaIdsOf } from '../domain/message/media-ids';
import { planParts } from '../domain/message/outbound';
import type { MessageBody } from '../domain/message/schema';
import type { LedgerRow, SendLedger } from '../infra/mongo/send-ledger';
import type { ArchivedEntry, TimelineStore } from '../infra/stores';
import { threadOf } from './mail-thread';
import type { Target } from './send-target';
import type { SendPart } from './types';

/** Entries before a mail in which its thread is looked for. */
const THREAD_ENTRIES = 200;

export interface PartDeps {
  readonly timeline: Pick<TimelineStore, 'read' | 'find'>;
  readonly ledger: Pick<SendLedger, 'find' | 'open'>;
  readonly linkOf: (mediaId: string) => string;
  readonly publicUrl: string;
  readonly now: () => Date;
}
/** A part that is to go out: its row in the ledger, its body, and the entry that it is a part of. */
export interface PreparedPart {
  readonly row: LedgerRow;
  readonly body: MessageBody;
  readonly entry: ArchivedEntry;
}
export interface PartReader {
  /** Plans the message with its first part. Throws `ConnectorError`: `Unavailable` before it is archived, `Rejected` when there is no such part. */
  prepare(input: SendPart, target: Target): Promise<PreparedPart>;
  /** The part as its connector takes it. */
  toPart(input: SendPart, part: PreparedPart, target: Target): Promise<OutboundPart>;
}

/** Makes parts for providers of what the archive and the ledger hold. */
export function createPartReader({
  timeline,
  ledger,
  linkOf,
  publicUrl,
  now,
}: PartDeps): PartReader {
  async function prepare(input: SendPart, target: Target): Promise<PreparedPart> {
    const { conversationId, messageId, channelId, seq, part: n } = input;
    const [entry] = await timeline.read(conversationId, seq - 1, 1);
    if (!entry || entry.seq !== seq) throw new ConnectorError('Unavailable', 'not archived yet');
    if (entry.id !== messageId || !entry.body)
      throw new ConnectorError('Rejected', 'no such message', { reason: 'gone' });
    const first = await ledger.find(messageId, 1);
    // Until the first call it goes out as it was last worded.
    const said = entry.edit?.body ?? entry.body;
    const plan = first?.plan ?? planOf(said, target.capabilities, linkOf);
    const parts = first?.parts ?? plan.length;
    const body = plan[n - 1];
    if (!body) throw new ConnectorError('Rejected', 'no such part', { reason: 'gone' });
    const known = n === 1 ? first : await ledger.find(messageId, n);
    const row =
      known ??
      (await ledger.open({
        messageId,
        conversationId,
        channelId,
        seq,
        n,
        parts,
        plan: n === 1 ? plan : null,
        recipient: input.customerIdentifier,
      }));
    return { row, body, entry };
  }

  async function toPart(
    input: SendPart,
    { body, entry }: PreparedPart,
    target: Target,
  ): Promise<OutboundPart> {
    const { conversationId, messageId, channelId, part: n } = input;
    const tagged = needsAgentTag(windowed(input, target), authorOf(entry), now().toISOString());
    return {
      id: partId(messageId, n),
      messageId,
      conversationId,
      to: input.customerIdentifier,
      from: target.channel.serviceIdentifier,
      channelType: target.channel.channelType,
      body,
      replyTo:
        n === 1 && target.capabilities.replies
          ? await providerIdOf(conversationId, entry.replyTo)
          : null,
      mediaUrls: Object.fromEntries(mediaIdsOf(body).map((mediaId) => [mediaId, linkOf(mediaId)])),
      hookUrl: `${publicUrl}/webhooks/${channelId}`,
      ...(tagged && { tag: 'HUMAN_AGENT' }),
      automatic: entry.type !== 'AGENT_MESSAGE',
      ...(target.channel.channelType === 'EMAIL' && {
        thread: threadOf(entry, await before(conversationId, entry.seq)),
      }),
    };
  }

  function before(conversationId: string, seq: number): Promise<readonly ArchivedEntry[]> {
    return timeline.read(conversationId, Math.max(0, seq - 1 - THREAD_ENTRIES), THREAD_ENTRIES);
  }

  /** Providers know their own ids; one that we cannot translate goes out as it is. */
  async function providerIdOf(
    conversationId: string,
    replyTo: string | null,
  ): Promise<string | null> {
    if (!replyTo?.startsWith('msg_')) return replyTo;
    const answered = await timeline.find(conversationId, replyTo);
    return answered?.providerMessageId ?? answered?.delivery?.providerMessageIds[0] ?? replyTo;
  }

  return { prepare, toPart };
}

/** What the reply window of a part hangs on. */
export function windowed(
  { lastInboundAt }: SendPart,
  { channel, capabilities }: Target,
): WindowedSession {
  const { channelType, humanAgentTag } = channel;
  return { channelType, lastInboundAt, settings: { window: capabilities.window, humanAgentTag } };
}

export function authorOf({ type }: ArchivedEntry): 'AGENT' | 'BOT' | 'SYSTEM' {
  return type === 'AGENT_MESSAGE' ? 'AGENT' : type === 'BOT_MESSAGE' ? 'BOT' : 'SYSTEM';
}

function planOf(
  body: MessageBody,
  capabilities: Capabilities,
  linkOf: (mediaId: string) => string,
): readonly MessageBody[] {
  const plan = planParts(body, capabilities, { linkOf });
  if ('rejected' in plan)
    throw new ConnectorError('Rejected', 'the channel cannot carry it', { reason: plan.rejected });
  return plan.parts;
}
