import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { prefer, preference } from '../session';
import { ar } from './ar';
import { en, type Words } from './en';

export const LOCALES = { en: 'English', ar: 'العربية' } as const;
export type LocaleName = keyof typeof LOCALES;
const WORDS: Readonly<Record<LocaleName, Words>> = { en, ar };

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

/** Language and direction of the page; kept on this machine, guessed from the browser at first. */
export function LocaleProvider({ children }: { children: ReactNode }) {
  const [name, setName] = useState<LocaleName>(() => known(preference('locale', guessed())));
  const locale = useMemo(
    () =>
      createLocale(name, (chosen) => {
        prefer('locale', chosen);
        setName(chosen);
      }),
    [name],
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

function createLocale(name: LocaleName, choose: Locale['choose']): Locale {
  const words = WORDS[name];
  const time = new Intl.DateTimeFormat(name, { hour: 'numeric', minute: '2-digit' });
  const day = new Intl.DateTimeFormat(name, { weekday: 'long', day: 'numeric', month: 'long' });
  const both = new Intl.DateTimeFormat(name, { dateStyle: 'medium', timeStyle: 'short' });
  const dir = name === 'ar' ? 'rtl' : 'ltr';
  // A name in Latin letters must not turn the sentence around it: it is isolated (U+2068, U+2069).
  const placed = (value: string | number | undefined) =>
    dir === 'rtl' && typeof value === 'string' ? `\u2068${value}\u2069` : String(value ?? '');
  return {
    name,
    dir,
    choose,
    t: (word, values = {}) =>
      words[word].replaceAll(/\{(\w+)\}/g, (_, key: string) => placed(values[key])),
    named: (group, key) => (words as Record<string, string>)[`${group}.${key}`] ?? key,
    time: (iso) => time.format(new Date(iso)),
    day: (iso) => day.format(new Date(iso)),
    dateTime: (iso) => both.format(new Date(iso)),
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
