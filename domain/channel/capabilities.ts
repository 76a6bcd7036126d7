import type { BodyType } from '../message/body-types';
import type { ReportedState } from '../message/reported-state';
import type { ReplyWindow } from './types';

export type MediaKind = 'IMAGE' | 'VIDEO' | 'AUDIO' | 'FILE' | 'STICKER' | 'LOCATION' | 'CONTACT';
export type AmbiguousSend =
  | 'at-most-once'
  | 'at-least-once'
  | 'exactly-once-with-key'
  | 'reconcile-by-lookup';
/** connectors.md 1.5. Limits in UTF-16 units unless the name says bytes. */
export interface Capabilities {
  readonly typing: boolean;
  readonly readReceipts: { readonly send: boolean; readonly receive: boolean };
  readonly reactions: boolean;
  readonly replies: boolean;
  readonly templates: boolean;
  readonly media: {
    readonly kinds: readonly MediaKind[];
    readonly maxBytes: Readonly<Partial<Record<MediaKind, number>>>;
    readonly captionMax: number;
    /** Kinds whose caption may be shorter than `captionMax`; 0: it follows as a text of its own. */
    readonly captionMaxOf?: Readonly<Partial<Record<MediaKind, number>>>;
    /** MIME types of a kind that the provider takes; a kind that is left out takes any. */
    readonly types?: Readonly<Partial<Record<MediaKind, readonly string[]>>>;
    /** Kinds whose size must be known, since the provider is told it. */
    readonly sizeNeeded?: readonly MediaKind[];
  };
  /** 0: nothing can be written, the channel is for calls. */
  readonly text: { readonly max: number };
  readonly buttons: {
    readonly max: number;
    readonly titleMax: number;
    readonly payloadMaxBytes: number;
    readonly listMax?: number;
  } | null;
  readonly deliveryStates: readonly ReportedState[];
  readonly idempotentSend: boolean;
  readonly window: ReplyWindow | null;
  readonly rate: { readonly perSecond?: number; readonly perRecipientMs?: number };
  readonly ambiguousSend: AmbiguousSend;
  /** Whoever writes after having opted out has thereby opted in: the provider sends no event of it. */
  readonly writingOptsIn?: boolean;
  /** Body types that go out whole although nothing above speaks of them. */
  readonly native?: readonly BodyType[];
}
