/** How many event keys a run remembers; older repeats are found in the archive's unique index (architecture.md decision 3). */
const KEYS_LIMIT = 1_000;
const KEY_LENGTH = 16;

/** The newest event keys of a customer's workflow. It belongs to the workflow, not to one conversation, and goes into the next one. */
export class KeyRing {
  private readonly keys: Set<string>;

  constructor(keys: readonly string[]) {
    this.keys = new Set(keys);
  }

  /** Remembers a key; false when it was there already. */
  take(eventKey: string): boolean {
    const key = eventKey.slice(0, KEY_LENGTH);
    if (this.keys.has(key)) return false;
    this.keys.add(key);
    if (this.keys.size > KEYS_LIMIT) {
      const [oldest] = this.keys;
      if (oldest !== undefined) this.keys.delete(oldest);
    }
    return true;
  }

  has(eventKey: string): boolean {
    return this.keys.has(eventKey.slice(0, KEY_LENGTH));
  }

  carry(): readonly string[] {
    return [...this.keys];
  }
}
