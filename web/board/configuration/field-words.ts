import { FIELDS_AR } from './field-words-ar';
import { FIELDS_EN, type FieldWords } from './field-words-en';

type Language = 'en' | 'ar';
const WORDS: Readonly<Record<Language, Readonly<Record<string, FieldWords>>>> = {
  en: FIELDS_EN,
  ar: FIELDS_AR,
};

/** What the form calls a field of the API; the API's own name for one that is newer than these words. */
export function wordsOf(language: Language, name: string): FieldWords {
  const words = WORDS[language];
  return (Object.hasOwn(words, name) ? words[name] : undefined) ?? [name];
}
