import type { ENGLISH } from './labels-en';

export type Labels = Readonly<Record<keyof typeof ENGLISH, string>>;

/** The words of a language with a page's own over them; what is no text or no known word is left out. */
export function labelsFrom(words: Labels, json: string | null): Labels {
  const own = parse(json);
  const known = Object.entries(own).filter(
    ([key, value]) => Object.hasOwn(words, key) && typeof value === 'string',
  );
  return { ...words, ...Object.fromEntries(known) };
}

/** `{name}` replaced by `values.name`. */
export function fill(label: string, values: Readonly<Record<string, string | number>>): string {
  return label.replace(/\{(\w+)\}/g, (whole, key: string) => String(values[key] ?? whole));
}

function parse(json: string | null): object {
  try {
    const value: unknown = JSON.parse(json ?? '{}');
    return typeof value === 'object' && value ? value : {};
  } catch {
    return {};
  }
}

/** A number as the readers of a language write it. */
export function numberIn(
  locale: string,
  value: number,
  options?: Intl.NumberFormatOptions,
): string {
  return new Intl.NumberFormat(locale, options).format(value);
}
