import type { MessageBody } from '../../domain/message/schema';
import type { Settings } from './protocol';
import type { Unsent } from './stored';
import type { Timeline } from './timeline';

/** Everything that the widget shows. */
export interface ChatState {
  readonly open: boolean;
  /**
   * `idle`: nothing started. `form`: the pre-chat form waits. `starting`: the session is being opened. `live`: it runs or has ended.
   * `expired`: the token opens nothing any more. `unavailable`: starting failed.
   */
  readonly phase: 'idle' | 'form' | 'starting' | 'live' | 'expired' | 'unavailable';
  readonly settings: Settings | null;
  readonly connection: 'connecting' | 'online' | 'reconnecting' | 'offline';
  /** The transcript is being fetched for the first time. */
  readonly loading: boolean;
  readonly timeline: Timeline;
  readonly outbox: readonly Unsent[];
  /** Id of the newest message of others that was on the screen. */
  readonly seen: string | null;
  readonly typing: { readonly name: string | null } | null;
  /** How long the wait for a human may still be; null = there is none, or nobody says. */
  readonly wait: { readonly position: number; readonly seconds: number } | null;
  /** The file that is on its way, or that did not get through. */
  readonly upload: {
    readonly name: string;
    readonly state: 'uploading' | 'uploadFailed' | 'uploadTooLarge';
  } | null;
  /** Why starting failed: a label. */
  readonly problem: 'unavailable' | 'busy' | null;
}

/** Who the page says the visitor is (http-api.md section 7, `customer`). */
export interface Visitor {
  readonly identifier?: string;
  readonly identifierHash?: string;
  readonly name?: string;
}

export interface Chat {
  readonly state: () => ChatState;
  /** Calls `listener` after every change; call the answer to stop. */
  subscribe(listener: (state: ChatState) => void): () => void;
  open(): void;
  close(): void;
  /** Starts the session, with the answers of the pre-chat form; called again, tries again. */
  start(answers?: Readonly<Record<string, string>>): Promise<void>;
  say(body: MessageBody): void;
  retry(clientMessageId: string): void;
  discard(clientMessageId: string): void;
  typing(isTyping: boolean): void;
  end(): Promise<void>;
  restart(): void;
  media(mediaId: string): Promise<Blob>;
  /** Uploads a file and says it; its fate is in `upload`. Never throws. */
  attach(file: File): Promise<void>;
  dismissUpload(): void;
  destroy(): void;
}
