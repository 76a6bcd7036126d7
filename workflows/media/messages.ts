/** One medium that is still at the provider. */
export interface PendingMedium {
  readonly mediaId: string;
  /** What the connector of the channel fetches it by (connectors/connector.ts). */
  readonly ref: string;
  /** Hex, the provider's own digest. */
  readonly sha256: string | null;
  /** The provider's word, for files whose bytes show no type. */
  readonly mimeType: string | null;
  readonly fileName: string | null;
}

/** Input of `mediaWorkflow`; its id is `media:<message id>` (domain/ids.ts). */
export interface MediaInput {
  readonly channelId: string;
  /** Who sent them. */
  readonly customerId: string;
  /** At most 21: an e-mail's text and 20 attachments. */
  readonly media: readonly PendingMedium[];
}
