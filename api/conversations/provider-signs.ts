import type { AnyConnector, CallContext, InboundEvent } from '../../connectors/connector';
import { planParts } from '../../domain/message/outbound';
import type { MessageBody } from '../../domain/message/schema';
import type { ArchivedEntry, StoredConversation } from '../../infra/stores';
import type { RouteDeps } from '../context';
import { createStreamReads } from './stream-reads';

/** One call; what is late by more is worth nothing. */
const TIMEOUT_MS = 5_000;
/** Messages of all sides among which the customer's latest are looked for. */
const LOOKED_BACK = 100;

/** Small signs to customers that nothing hangs on: never awaited by a caller, never repeated, a failure is logged. */
export interface ProviderSigns {
  /** An agent whom the customer sees writes, or stopped. Without a session: in the one that was opened last. */
  typing(conversationId: string, channelSessionId: string | null, typing: boolean): void;
  /** The agents have read up to this entry. */
  read(conversationId: string, seq: number): void;
  /** An agent reacts to a message; an empty emoji takes it back. */
  react(conversationId: string, messageId: string, emoji: string): void;
  /** An agent changed a message of ours; one that went out in several pieces, or would now, stays as the customer has it. */
  edit(conversationId: string, messageId: string, body: MessageBody): void;
  /** A message of ours was taken back. */
  remove(conversationId: string, messageId: string): void;
  /** The events of one request are durable and new. */
  acknowledge(channelId: string, events: readonly InboundEvent[]): void;
}

export function createProviderSigns({
  stores,
  connectors,
  outgoing,
  logger,
  mediaLinkOf,
  now,
}: Pick<
  RouteDeps,
  'stores' | 'connectors' | 'outgoing' | 'logger' | 'mediaLinkOf' | 'now'
>): ProviderSigns {
  const markStreamsRead = createStreamReads({ stores, connectors });

  async function called(
    channelId: string,
    call: (connector: AnyConnector, context: CallContext<unknown>) => Promise<void> | undefined,
  ): Promise<void> {
    const found = await stores.config.channel(channelId);
    const connector = found && connectors.get(found.connector.providerId);
    if (!connector || !found.connector.valid) return;
    const { cfg } = found.connector;
    const baseUrl = typeof cfg['baseUrl'] === 'string' ? cfg['baseUrl'] : '';
    const fetch = outgoing.fetch({ timeoutMs: TIMEOUT_MS });
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    await call(connector, { cfg, fetch, baseUrl, signal, now });
  }

  async function showTyping(id: string, sessionId: string | null, typing: boolean): Promise<void> {
    const conversation = await stores.conversations.get(id);
    const session = conversation?.channelSessions.findLast(
      (one) => one.state === 'STARTED' && (sessionId === null || one.id === sessionId),
    );
    if (!session) return;
    const { channelId, channelType, customerIdentifier } = session;
    const from = (await stores.config.channel(channelId))?.channel.serviceIdentifier ?? '';
    const latest = (await messagesUpTo(id, conversation?.lastSeq ?? 0)).findLast(
      ({ channelSessionId }) => channelSessionId === session.id,
    );
    const inboundMessageId = latest?.providerMessageId ?? null;
    const sign = { to: customerIdentifier, from, channelType, typing, inboundMessageId };
    await called(channelId, (connector, context) => connector.typing?.(sign, context));
  }

  /** The customer's latest messages at or before an entry, oldest first, on whatever session. */
  async function messagesUpTo(id: string, seq: number): Promise<readonly ArchivedEntry[]> {
    const messages = await stores.timeline.messagesBefore(id, seq + 1, LOOKED_BACK);
    return messages.filter(({ type }) => type === 'CUSTOMER_MESSAGE');
  }

  async function showRead(id: string, seq: number): Promise<void> {
    const messages = await messagesUpTo(id, seq);
    const conversation = await stores.conversations.get(id);
    if (conversation) await markStreamsRead(conversation, messages);
    const entry = messages.at(-1);
    const inboundMessageId = entry?.providerMessageId;
    const sides = entry && inboundMessageId ? await sidesIn(conversation, entry) : null;
    if (!sides || !inboundMessageId) return;
    const { channelId, ...about } = sides;
    const mark = { ...about, inboundMessageId };
    await called(channelId, (connector, context) => connector.markRead?.(mark, context));
  }

  async function showReaction(id: string, messageId: string, emoji: string): Promise<void> {
    const entry = await stores.timeline.find(id, messageId);
    const target = entry?.providerMessageId ?? entry?.delivery?.providerMessageIds[0];
    const sides = entry && target ? await sidesOf(id, entry) : null;
    if (!sides || !target) return;
    const { channelId, ...about } = sides;
    const reaction = { ...about, target, emoji };
    await called(channelId, (connector, context) => connector.react?.(reaction, context));
  }

  async function showEdit(id: string, messageId: string, body: MessageBody): Promise<void> {
    const entry = await stores.timeline.find(id, messageId);
    const [target, ...more] = entry?.delivery?.providerMessageIds ?? [];
    const sides = entry && target && isOurs(entry) ? await sidesOf(id, entry) : null;
    if (!entry || !sides || !target) return;
    const { channelId, ...about } = sides;
    await called(channelId, async (connector, context) => {
      if (!connector.edit) return;
      const capabilities = connector.capabilities(context.cfg, about.channelType);
      const plan = planParts(body, capabilities, { linkOf: mediaLinkOf });
      const [part, second] = 'parts' in plan ? plan.parts : [];
      if (!part || second || more.length > 0) throw new Error('more than one piece');
      await connector.edit({ ...about, target, body: part, was: entry.body }, context);
    });
  }

  async function showDeletion(id: string, messageId: string): Promise<void> {
    const entry = await stores.timeline.find(id, messageId);
    const sides = entry && isOurs(entry) ? await sidesOf(id, entry) : null;
    if (!entry || !sides) return;
    const { channelId, ...about } = sides;
    await called(channelId, async (connector, context) => {
      for (const target of entry.delivery?.providerMessageIds ?? [])
        await connector.remove?.({ ...about, target }, context);
    });
  }

  /** Where an entry was said, as long as the session runs. */
  async function sidesOf(id: string, entry: ArchivedEntry) {
    return sidesIn(await stores.conversations.get(id), entry);
  }

  async function sidesIn(
    conversation: StoredConversation | null,
    { channelSessionId }: ArchivedEntry,
  ) {
    const session = conversation?.channelSessions.find((one) => one.id === channelSessionId);
    if (session?.state !== 'STARTED') return null;
    const { channelId, channelType, customerIdentifier: to } = session;
    const from = (await stores.config.channel(channelId))?.channel.serviceIdentifier ?? '';
    return { channelId, channelType, to, from };
  }

  function unawaited(work: Promise<void>, fields: object): void {
    work.catch((error: unknown) => {
      const reason = error instanceof Error ? error.name : 'Error';
      logger.warn({ ...fields, reason }, 'a sign did not reach the provider');
    });
  }

  return {
    typing: (conversationId, sessionId, typing) =>
      unawaited(showTyping(conversationId, sessionId, typing), { conversationId }),
    read: (conversationId, seq) => unawaited(showRead(conversationId, seq), { conversationId }),
    react: (conversationId, messageId, emoji) =>
      unawaited(showReaction(conversationId, messageId, emoji), { conversationId }),
    edit: (conversationId, messageId, body) =>
      unawaited(showEdit(conversationId, messageId, body), { conversationId }),
    remove: (conversationId, messageId) =>
      unawaited(showDeletion(conversationId, messageId), { conversationId }),
    acknowledge: (channelId, events) =>
      unawaited(
        called(channelId, (connector, context) => connector.acknowledge?.(events, context)),
        { channelId },
      ),
  };
}

function isOurs({ type }: ArchivedEntry): boolean {
  return type === 'AGENT_MESSAGE' || type === 'BOT_MESSAGE' || type === 'SYSTEM_MESSAGE';
}
