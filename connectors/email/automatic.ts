import type { ReadMail } from './read';
import { withoutTag } from './reply-address';

/** Whether a machine wrote it (connectors.md 9): nobody may answer, or two machines would for ever. */
export function isAutomatic({ headers, from }: ReadMail, ownAddresses: readonly string[]): boolean {
  const header = (name: string) => headers.get(name)?.trim().toLowerCase();
  const submitted = header('auto-submitted');
  return (
    (submitted !== undefined && submitted.split(';')[0]?.trim() !== 'no') ||
    /^(bulk|junk|list|auto_reply)$/.test(header('precedence') ?? '') ||
    headers.has('x-autoreply') ||
    headers.has('x-autorespond') ||
    headers.has('list-id') ||
    header('return-path') === '<>' ||
    (from !== null && ownAddresses.some((own) => withoutTag(own) === withoutTag(from.address)))
  );
}
