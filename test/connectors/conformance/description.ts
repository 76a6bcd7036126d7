import type { AnyConnector, HookChannel, RawRequest } from '../../../connectors/connector';
import type { CustomerMessage } from '../../../domain/conversation/channel-events';
import type { ReportedState } from '../../../domain/message/reported-state';
import type { MessageBody } from '../../../domain/message/schema';
import type { FakeServer, Script } from '../../support/fakes/behaviour';

/** A request before it is signed. `query` follows the hook's address. */
export interface Posted {
  readonly body: string;
  readonly query?: string;
}

/** All that the kit must know of a connector. Everything else it reads from the connector itself. */
export interface ConnectorDescription {
  readonly connector: AnyConnector;
  readonly channel: HookChannel;
  /** Folder of recorded requests, beside the connector. Unset: what comes is no small text (mail), and tested by itself. */
  readonly samples?: string;
  readonly signing: Signing;
  /** What the provider posts when a customer writes; the same `id` is the same message. */
  readonly text: (text: string, id: string) => Posted;
  /** How `text` reads in what is taken of it. @default the body's text */
  readonly wordsOf?: (message: CustomerMessage) => string | null | undefined;
  /** News of a message of ours, for providers that report any. */
  readonly report?: (
    state: ReportedState,
    ids: { readonly partId: string; readonly providerMessageId: string },
  ) => Posted | null;
  /** Signed requests that nobody can use, beyond those that the kit makes up. */
  readonly poison?: readonly Posted[];
  /** Statuses that may answer what cannot be read. @default [200] */
  readonly poisonStatuses?: readonly number[];
  /** `false`: nothing that answers stands between us and the provider (SMTP). @default true */
  readonly gateway?: boolean;
  /** A stand-in of the provider that messages are sent to; null: the channel is for calls, nothing can be written. */
  readonly counterpart: (() => Promise<Counterpart>) | null;
}

export interface Signing {
  readonly header: string;
  /** What a refused request is answered with. */
  readonly status: 401 | 403;
  /** Two secrets; each must hold a letter whose case can be changed. */
  readonly secrets: readonly [string, string];
  /** Attributes of a connector with this secret, or these, for its webhooks. */
  readonly attributes: (secret: unknown) => unknown;
  /** Not by the connector's own code: by a library of the provider's, or by its documentation. */
  readonly sign: (posted: Posted, secret: string, now: Date) => RawRequest;
  /** What is signed of a body, where that is not every byte. Null: a shared secret covers none. */
  readonly covers?: ((raw: Buffer) => string) | null;
}

export interface Counterpart extends FakeServer {
  /** Attributes of a connector that sends there. */
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly recipient: string;
  /** What it does with the next requests to send. */
  readonly script: Script;
  /** How often the customer got a message: by its part id where the provider is told it, else by its text. */
  deliveries(partId: string, text: string): number;
  /** Requests to send, taken or not. */
  requests(): number;
  /** How the provider says "too fast". @default HTTP 429 */
  readonly throttled?: Refusal;
  /** How it says that it is away for a moment. @default HTTP 503 */
  readonly away?: Refusal;
  /** How it refuses a message for good. @default HTTP 400 */
  readonly refused?: Refusal;
}
export interface Refusal {
  readonly status: number;
  readonly body?: unknown;
}

/** A recording fake as a {@link Counterpart}. */
export function counterpart(
  fake: FakeServer & { readonly script: Script; readonly requests: readonly unknown[] },
  rest: Omit<Counterpart, 'url' | 'script' | 'close' | 'requests'>,
): Counterpart {
  const { url, script } = fake;
  return { url, script, close: () => fake.close(), requests: () => fake.requests.length, ...rest };
}

/** Where the product is told that it can be reached: what {@link Signing.sign} must name. */
const PUBLIC_URL = 'http://localhost';

export function hookUrl(channel: HookChannel, { query = '' }: Posted): string {
  return `${PUBLIC_URL}/webhooks/${channel.id}${query}`;
}

/** Bodies that an agent may send to any channel. */
export const BODIES: readonly MessageBody[] = [
  { type: 'PLAIN', text: 'Hello' },
  { type: 'PLAIN', text: 'word '.repeat(2000) },
  { type: 'IMAGE', mediaId: 'm1', caption: 'c'.repeat(600), mimeType: 'image/png', size: 10 },
  { type: 'IMAGE', mediaId: 'm1' },
  { type: 'VIDEO', mediaId: 'm1', mimeType: 'video/mp4', size: 10 },
  { type: 'AUDIO', mediaId: 'm1', mimeType: 'audio/ogg', size: 10 },
  { type: 'FILE', mediaId: 'm1', caption: 'c', mimeType: 'text/csv', size: 10, fileName: 'a.csv' },
  { type: 'FILE', mediaId: 'm1', size: 999_999_999 },
  { type: 'STICKER', mediaId: 'm1' },
  { type: 'LOCATION', latitude: 44.8, longitude: 20.46, name: 'Shop' },
  { type: 'CONTACT', contacts: [{ name: 'Bo', phones: ['+15550003333'], emails: [] }] },
  { type: 'URL', url: 'https://shop.test/', title: 'Shop' },
  {
    type: 'BUTTON',
    text: 'Which?',
    header: 'Well',
    footer: 'Please',
    choices: Array.from({ length: 30 }, (_, n) => ({
      id: `${'é'.repeat(n * 3)}${n}`,
      title: `Choice ${n}`,
    })),
  },
  {
    type: 'CAROUSEL',
    cards: [{ title: 'A', text: 'a', mediaId: 'm1', choices: [{ id: 'a', title: 'Take A' }] }],
  },
  { type: 'EMAIL', subject: 'Hello', text: 'Body', attachments: [{ mediaId: 'm1' }] },
];
