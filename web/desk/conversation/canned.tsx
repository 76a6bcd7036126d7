import { type KeyboardEvent, type RefObject, useState } from 'react';
import { useLocale } from '../../shared/i18n/locale';
import type { Workspace } from '../../shared/model';
import { useSignedIn } from '../../shared/ui/signed-in';

type Reply = Workspace['cannedReplies'][number];
/** Replies offered at once. */
const SHOWN_MAX = 8;

export interface Canned {
  readonly found: readonly Reply[];
  readonly at: number;
  readonly pick: (reply: Reply) => void;
  /** True when the key was meant for the list. */
  readonly press: (event: KeyboardEvent) => boolean;
  readonly props: (listId: string) => object;
}

/** Prepared replies: a word that begins with `/` looks them up, Enter puts the chosen one in its place. */
export function useCanned(
  text: string,
  field: RefObject<HTMLTextAreaElement | null>,
  change: (text: string) => void,
): Canned {
  const { workspace } = useSignedIn();
  const [at, setAt] = useState(0);
  const [hidden, setHidden] = useState<string | null>(null);
  const word = /(?:^|\s)\/([^\s/]*)$/.exec(text)?.[1];
  const found =
    word === undefined || hidden === text
      ? []
      : workspace.cannedReplies
          .filter(({ shortcut, name }) =>
            [shortcut, name ?? ''].some((one) => one.toLowerCase().includes(word.toLowerCase())),
          )
          .slice(0, SHOWN_MAX);
  const chosen = Math.min(at, found.length - 1);
  function pick(reply: Reply): void {
    change(text.slice(0, text.length - (word?.length ?? 0) - 1) + reply.text);
    setAt(0);
    field.current?.focus();
  }
  return {
    found,
    at: chosen,
    pick,
    press(event) {
      const reply = found[chosen];
      if (!reply) return false;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) setAt(Math.min(found.length - 1, Math.max(0, chosen + step)));
      else if (event.key === 'Enter' || event.key === 'Tab') pick(reply);
      else if (event.key === 'Escape') setHidden(text);
      else return false;
      event.preventDefault();
      return true;
    },
    props: (listId) =>
      found.length > 0
        ? { 'aria-controls': listId, 'aria-activedescendant': `${listId}-${chosen}` }
        : {},
  };
}

export function CannedList({ canned, id }: { canned: Canned; id: string }) {
  const { t } = useLocale();
  if (canned.found.length === 0) return null;
  return (
    <div className="canned" role="listbox" id={id} aria-label={t('compose.canned')}>
      {canned.found.map((reply, n) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys go to the text box, which names the chosen one
        <div
          key={reply.id}
          id={`${id}-${n}`}
          role="option"
          tabIndex={-1}
          aria-selected={n === canned.at}
          className="palette-item"
          onClick={() => canned.pick(reply)}
        >
          <code>/{reply.shortcut}</code>
          <span className="cut dim" dir="auto">
            {reply.text}
          </span>
        </div>
      ))}
    </div>
  );
}
