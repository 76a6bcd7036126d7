export interface UnparsedStore {
  keep(input: {
    readonly channelId: string;
    readonly reason: string;
    readonly raw: Uint8Array;
    readonly contentType: string | null;
  }): Promise<void>;
}
