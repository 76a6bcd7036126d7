import type { ChannelType } from '../../domain/channel/types';
import type { HookChannel, HookContext, InboundEvent, RawRequest, Verdict } from '../connector';
import { digest, type EventBase, isObject, members, readJson, unparsed } from './elements';

/** One element of a request, and the account of the business that it is about: a phone number's id or a page. Null: it names none. */
export interface Element {
  readonly value: unknown;
  readonly account: string | null;
}

/** What the heads of Meta's products do not share. */
export interface Product<Config> {
  /** Signed with the app's secret, or however the profile does it. */
  isAuthentic(request: RawRequest, cfg: Config): boolean;
  /** Why it was refused. */
  readonly refusal: (cfg: Config) => string;
  /** The elements of a request, whosever they are. */
  elementsOf(body: unknown): readonly Element[];
  isOurs(element: Element, cfg: Partial<Config>, channel: HookChannel): boolean;
  /** What an element of the channel's own tells. */
  eventsOf(base: EventBase, element: Element, channel: HookChannel): readonly InboundEvent[];
}

const NO = { ok: false, status: 401 } as const;

/** `object` of the requests of each product. */
const OBJECTS: Readonly<Partial<Record<ChannelType, string>>> = {
  WHATSAPP: 'whatsapp_business_account',
  MESSENGER: 'page',
  INSTAGRAM: 'instagram',
};

/**
 * The head that all webhooks of Meta's products have. A request is the channel's when it is authentic, of the channel's own product,
 * and names the channel's account among others or none at all: one app serves many, so each channel takes its own elements alone.
 */
export function createMetaWebhook<Config>(product: Product<Config>) {
  return {
    verify(request: RawRequest, cfg: Config, _now: Date, channel: HookChannel): Verdict {
      if (!product.isAuthentic(request, cfg)) return { ...NO, reason: product.refusal(cfg) };
      const body = readJson(request.raw);
      if (isOfAnother(body, channel.channelType)) return { ...NO, reason: 'object' };
      const named = product.elementsOf(body).filter(({ account }) => account !== null);
      const ours = named.some((element) => product.isOurs(element, cfg, channel));
      return named.length === 0 || ours ? { ok: true } : { ...NO, reason: 'account' };
    },

    parse(
      { raw }: RawRequest,
      { cfg, channel, now }: HookContext<Config>,
    ): readonly InboundEvent[] {
      const base = { channelId: channel.id, occurredAt: now.toISOString() };
      const elements = product.elementsOf(readJson(raw));
      if (elements.length === 0)
        return [{ ...base, kind: 'unparsed', eventKey: `raw:${digest(raw)}`, reason: 'no events' }];
      return elements.flatMap((element) => {
        if (element.account === null) return product.eventsOf(base, element, channel);
        return product.isOurs(element, cfg, channel)
          ? product.eventsOf(base, element, channel)
          : [];
      });
    },

    /** One address of ours may be that of a whole app. */
    accounts: {
      named: accountsIn,
      isOwn: (account: string, cfg: Config, channel: HookChannel) =>
        product.isOurs({ value: undefined, account }, cfg, channel),
      isAuthentic: product.isAuthentic,
    },
  };
}

/** `entry[].changes[]` of WhatsApp, by the id of the number. */
export function changesIn(body: unknown): readonly Element[] {
  return members(body, 'entry')
    .flatMap((entry) => members(entry, 'changes'))
    .map((value) => ({ value, account: numberOf(metadataOf(value)) }));
}

function numberOf(metadata: Readonly<Record<string, unknown>> | null): string | null {
  return textOf(metadata?.['phone_number_id']) ?? textOf(metadata?.['display_phone_number']);
}

/** `value.metadata` of a change: whose number it is about. */
export function metadataOf(change: unknown): Readonly<Record<string, unknown>> | null {
  const value = isObject(change) ? change['value'] : undefined;
  const metadata = isObject(value) ? value['metadata'] : undefined;
  return isObject(metadata) ? metadata : null;
}

/** `entry[]` of pages and Instagram accounts, by their id. */
export function entriesIn(body: unknown): readonly Element[] {
  return members(body, 'entry').map((value) => {
    const id = isObject(value) ? value['id'] : undefined;
    return { value, account: textOf(typeof id === 'number' ? String(id) : id) };
  });
}

/** The accounts that a request of whichever product names, each once. */
function accountsIn({ raw }: RawRequest): readonly string[] {
  const body = readJson(raw);
  const object = isObject(body) ? body['object'] : undefined;
  const ofPages = object === OBJECTS.MESSENGER || object === OBJECTS.INSTAGRAM;
  const elements = ofPages ? entriesIn(body) : changesIn(body);
  return [...new Set(elements.flatMap(({ account }) => account ?? []))];
}

/** An element that names no account at all, where each must. */
export function ofNobody(base: EventBase, { value }: Element): readonly InboundEvent[] {
  return [unparsed(base, value, 'names no account')];
}

function isOfAnother(body: unknown, channelType: ChannelType): boolean {
  const object = isObject(body) ? body['object'] : undefined;
  return (
    typeof object === 'string' &&
    object !== OBJECTS[channelType] &&
    Object.values(OBJECTS).includes(object)
  );
}

function textOf(id: unknown): string | null {
  return typeof id === 'string' && id !== '' ? id : null;
}
