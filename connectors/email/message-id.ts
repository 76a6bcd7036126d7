/** `<partId.conversationId@domain>`: fixed before the first attempt, and the same on every one (connectors.md 9). */
export function messageIdOf(partId: string, conversationId: string, address: string): string {
  return `<${partId}.${conversationId}@${domainOf(address)}>`;
}

/** The part behind a `Message-ID` of ours; null when it is none. */
export function ownPart(
  messageId: string,
): { readonly partId: string; readonly messageId: string; readonly conversationId: string } | null {
  const match = /^<((msg_[\w-]{1,100})-\d{1,4})\.(cnv_[\w-]{1,100})@[^@>]+>$/.exec(messageId);
  const [, partId, message, conversationId] = match ?? [];
  return partId && message && conversationId
    ? { partId, messageId: message, conversationId }
    : null;
}

export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}
