/** The token lives as long as the tab, in no other place: whoever opens the browser next is nobody. */
const TOKEN_KEY = 'parley.token';

export function storedToken(): string | null {
  return sessionStorage.getItem(TOKEN_KEY);
}
export function keepToken(token: string): void {
  sessionStorage.setItem(TOKEN_KEY, token);
}
/** Also forgets drafts and what was not sent: they are this person's. */
export function forgetSession(): void {
  sessionStorage.clear();
}

/** A value of this tab, kept over a reload; null when there is none or it cannot be read. */
export function stored<T>(key: string): T | null {
  return parsed<T>(sessionStorage.getItem(key));
}
export function store(key: string, value: unknown): void {
  try {
    if (value === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Full or switched off: it lasts until the next reload.
  }
}

/** A choice of this person on this machine: language, sounds, keys. Nothing of customers. */
export function preference<T>(name: string, fallback: T): T {
  return parsed<T>(localStorage.getItem(`parley.${name}`)) ?? fallback;
}
export function prefer(name: string, value: unknown): void {
  try {
    localStorage.setItem(`parley.${name}`, JSON.stringify(value));
  } catch {
    // As above.
  }
}

function parsed<T>(text: string | null): T | null {
  try {
    return text === null ? null : (JSON.parse(text) as T);
  } catch {
    return null;
  }
}
