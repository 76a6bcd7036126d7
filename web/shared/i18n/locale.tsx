import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { datesIn } from '../dates';
import { prefer, preference } from '../session';
import { en, type Words } from './en';

export const LOCALES = { en: 'English', ar: 'العربية' } as const;
export type LocaleName = keyof typeof LOCALES;
/** English comes along; others are fetched by those who read them. */
const WORDS: Readonly<Record<LocaleName, () => Promise<Words>>> = {
  en: async () => en,
  ar: async () => (await import('./ar')).ar,
};

interface Chosen {
  readonly name: LocaleName;
  readonly words: Words;
}
/** The language that was chosen on this machine, or the browser's at first; English where it cannot be had. */
export async function firstLocale(): Promise<Chosen> {
  const name = known(preference('locale', guessed()));
  return WORDS[name]().then(
    (words) => ({ name, words }),
    () => ({ name: 'en', words: en }),
  );
}

export type Word = keyof Words;
export interface Locale {
  readonly name: LocaleName;
  readonly dir: 'ltr' | 'rtl';
  readonly choose: (name: LocaleName) => void;
  /** A text; `{name}` places are filled in. */
  readonly t: (word: Word, values?: Readonly<Record<string, string | number>>) => string;
  /** A text for a name of the API (`READY`, `CUSTOMER_LEFT`); the name itself where there is none. */
  readonly named: (group: string, name: string) => string;
  readonly time: (iso: string) => string;
  readonly day: (iso: string) => string;
  readonly dateTime: (iso: string) => string;
  readonly number: (value: number, options?: Intl.NumberFormatOptions) => string;
}

const LocaleContext = createContext<Locale | null>(null);

/** Language and direction of the page. */
export function LocaleProvider({ first, children }: { first: Chosen; children: ReactNode }) {
  const [{ name, words }, setChosen] = useState(first);
  const locale = useMemo(
    () =>
      createLocale(name, words, (chosen) => {
        prefer('locale', chosen);
        // Where it cannot be had the page goes on as it is, and has it at the next reload.
        WORDS[chosen]().then(
          (found) => setChosen({ name: chosen, words: found }),
          () => undefined,
        );
      }),
    [name, words],
  );
  useEffect(() => {
    document.documentElement.lang = name;
    document.documentElement.dir = locale.dir;
  }, [name, locale.dir]);
  return <LocaleContext value={locale}>{children}</LocaleContext>;
}

export function useLocale(): Locale {
  const locale = useContext(LocaleContext);
  if (!locale) throw new Error('there is no LocaleProvider above');
  return locale;
}

/** Signs that set the direction of what follows them. */
const TURNS = /[\u202a-\u202e\u2066-\u2069]/;

function createLocale(name: LocaleName, words: Words, choose: Locale['choose']): Locale {
  const { time, day, dateTime } = datesIn(name);
  const dir = name === 'ar' ? 'rtl' : 'ltr';
  // A name must not turn the sentence around it: it is isolated (U+2068, U+2069), and cannot end that itself.
  const placed = (value: string | number | undefined) =>
    typeof value === 'string' && (dir === 'rtl' || TURNS.test(value))
      ? `\u2068${value.replaceAll(/[\u2066-\u2069]/g, '')}\u2069`
      : String(value ?? '');
  return {
    name,
    dir,
    choose,
    t: (word, values = {}) =>
      words[word].replaceAll(/\{(\w+)\}/g, (_, key: string) => placed(values[key])),
    named: (group, key) => (words as Record<string, string>)[`${group}.${key}`] ?? key,
    time,
    day,
    dateTime,
    number: (value, options) => new Intl.NumberFormat(name, options).format(value),
  };
}

function guessed(): string {
  return navigator.language.slice(0, 2);
}
function known(name: string): LocaleName {
  return Object.hasOwn(LOCALES, name) ? (name as LocaleName) : 'en';
}

/** Seconds as `m:ss` or `h:mm:ss`, the same in every language. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [Math.floor(whole / 60) % 60, whole % 60].map((n) => String(n).padStart(2, '0'));
  const hours = Math.floor(whole / 3600);
  return hours > 0 ? `${hours}:${parts.join(':')}` : `${Math.floor(whole / 60)}:${parts[1]}`;
}
