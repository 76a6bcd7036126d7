import { type Labels, labelsFrom } from './labels';
import { ARABIC } from './labels-ar';
import { ENGLISH } from './labels-en';

/** Who may say which language the widget speaks, the first first. */
export interface LanguageHints {
  /** `data-lang`. */
  readonly own: string | null;
  /** Of the channel; `en`, which every channel has that names none, leaves it to the page. */
  readonly channel: string | undefined;
  /** Of the page: `<html lang>`. */
  readonly page: string | null;
  readonly browser: string;
}
export interface Language {
  readonly labels: Labels;
  /** BCP 47, for dates and numbers. */
  readonly locale: string;
  readonly dir: 'ltr' | 'rtl';
  /** The page's own direction does not count: the language is not the page's. */
  readonly chosen: boolean;
}

const WORDS: Readonly<Record<string, Labels>> = { en: ENGLISH, ar: ARABIC };
const RTL = /^(ar|arc|ckb|dv|fa|he|ks|nqo|ps|sd|ug|ur|yi)\b/i;

/** The language of the first hint that there are words for; of the first hint at all where the page brings words of its own. */
export function languageOf(hints: LanguageHints, ownLabels: string | null): Language {
  const channel = tagOf(hints.channel);
  const spoken = [
    tagOf(hints.own),
    channel === 'en' ? null : channel,
    tagOf(hints.page),
    tagOf(hints.browser),
  ];
  const tags = spoken.filter((tag) => tag !== null);
  const wordsIn = (tag: string) => WORDS[tag.split('-')[0] ?? ''] ?? null;
  const locale = (ownLabels ? tags[0] : tags.find(wordsIn)) ?? 'en';
  return {
    labels: labelsFrom(wordsIn(locale) ?? ENGLISH, ownLabels),
    locale,
    dir: RTL.test(locale) ? 'rtl' : 'ltr',
    chosen: locale === spoken[0] || locale === spoken[1],
  };
}

/** As `Intl` writes it; null for what it would not take. */
function tagOf(text: string | null | undefined): string | null {
  try {
    return Intl.getCanonicalLocales(text?.replaceAll('_', '-') || [])[0] ?? null;
  } catch {
    return null;
  }
}
