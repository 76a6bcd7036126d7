/** How far agents have read what a visitor wrote on one channel that delivers by stream, in one conversation. */
export interface ReadMark {
  readonly conversationId: string;
  readonly channelId: string;
  /** Whose conversation it was when the mark was set. */
  readonly customerId: string;
  /** The newest message that was read; everything before it was, too. */
  readonly messageId: string;
  readonly seq: number;
}
export interface ReadMarkStore {
  /** Never goes back; a repeat changes nothing. */
  raise(mark: ReadMark): Promise<void>;
  /** Of these conversations on one channel; nothing for those of which nothing was read. */
  of(channelId: string, conversationIds: readonly string[]): Promise<readonly ReadMark[]>;
}
