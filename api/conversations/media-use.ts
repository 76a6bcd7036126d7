import type { MessageBody } from '../../domain/message/schema';
import type { Stores } from '../../infra/stores';
import { type Fault, invalid } from '../errors';
import type { Principal } from '../principal';

/** Who uploaded a medium, as its store keeps it. */
export type MediaOwner = Readonly<Record<string, string>>;

/** The owner of what a caller uploads. */
export function ownerOf(principal: Principal): MediaOwner {
  const { role, subject } = principal;
  return principal.role === 'customer'
    ? { role, subject, channelId: principal.channelId }
    : { role, subject };
}

export interface MediaUse {
  /**
   * The body with type, size and digest of its media set by us. Throws `VALIDATION_FAILED` for media that do not exist or that the
   * caller may not read: whoever could send a foreign medium to themselves could read it.
   */
  checked(principal: Principal, body: MessageBody): Promise<MessageBody>;
}

export interface MediaUseDeps {
  readonly stores: Pick<Stores, 'media'>;
  /** Whether the caller may read one of these conversations. */
  readonly mayReadAny: (
    principal: Principal,
    conversationIds: readonly string[],
  ) => Promise<boolean>;
}

export function createMediaUse({ stores, mayReadAny }: MediaUseDeps): MediaUse {
  async function factsOf(principal: Principal, mediaId: string) {
    const found = await stores.media.get(mediaId);
    if (!found) return null;
    const own = isOwner(principal, found.owner);
    const visible =
      own || (await mayReadAny(principal, await stores.media.conversationsWith(mediaId)));
    if (!visible) return null;
    const { mimeType, size, sha256, fileName } = found;
    return { mimeType, size, sha256, ...(fileName ? { fileName } : {}) };
  }

  return {
    async checked(principal, body) {
      const places = placesOf(body);
      if (places.length === 0) return body;
      const facts = await Promise.all(places.map(({ value }) => factsOf(principal, value)));
      const faults = places.flatMap(({ path }, index): Fault[] =>
        facts[index] ? [] : [{ path: `body.${path}`, message: 'no such media' }],
      );
      if (faults.length > 0) throw invalid(faults);
      const byId = new Map(places.map(({ value }, index) => [value, facts[index]]));
      const complete = <
        T extends { readonly mediaId: string; readonly fileName?: string | undefined },
      >(
        part: T,
      ): T => ({
        ...byId.get(part.mediaId),
        ...part,
        // What the caller says about a file is not believed.
        ...pick(byId.get(part.mediaId)),
      });
      if (body.type === 'EMAIL')
        return {
          ...body,
          ...(body.attachments ? { attachments: body.attachments.map(complete) } : {}),
        };
      return 'mediaId' in body ? complete(body) : body;
    },
  };
}

/** Whether the caller uploaded it. */
export function isOwner(principal: Principal, owner: MediaOwner): boolean {
  return owner['role'] === principal.role && owner['subject'] === principal.subject;
}

function pick(
  facts:
    | { readonly mimeType: string; readonly size: number; readonly sha256: string }
    | null
    | undefined,
) {
  return facts ? { mimeType: facts.mimeType, size: facts.size, sha256: facts.sha256 } : {};
}

/** Every place of a body that names a medium. */
function placesOf(body: MessageBody): readonly { readonly path: string; readonly value: string }[] {
  const places: { path: string; value: string }[] = [];
  const add = (path: string, value: string | undefined) => {
    if (value !== undefined) places.push({ path, value });
  };
  if ('mediaId' in body) add('mediaId', body.mediaId);
  if (body.type === 'PLAIN') add('textMediaId', body.textMediaId);
  if (body.type === 'EMAIL') {
    add('htmlMediaId', body.htmlMediaId);
    for (const [index, part] of (body.attachments ?? []).entries())
      add(`attachments[${index}].mediaId`, part.mediaId);
  }
  if (body.type === 'CAROUSEL')
    for (const [index, card] of body.cards.entries()) add(`cards[${index}].mediaId`, card.mediaId);
  return places;
}
