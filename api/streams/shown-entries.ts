import type { ArchivedEntry } from '../../infra/stores';

/** Leftovers of a lost attempt are at most one batch of the archive (docs/adr/0004-archive-by-local-activity.md). */
const REMEMBERED = 500;

/**
 * What a reader was shown last, by `seq`. A killed worker's last batch may be written again with other entries under the same numbers:
 * a reader who saw the first ones has to see the second ones too.
 */
export class ShownEntries {
  private readonly hashes = new Map<number, string>();

  /** Remembers an entry; false when the reader has exactly this one already. */
  add({ seq, hash }: Pick<ArchivedEntry, 'seq' | 'hash'>): boolean {
    if (this.hashes.get(seq) === hash) return false;
    this.hashes.delete(seq); // the newest stand last
    this.hashes.set(seq, hash);
    const [oldest] = this.hashes.keys();
    if (this.hashes.size > REMEMBERED && oldest !== undefined) this.hashes.delete(oldest);
    return true;
  }

  /** Whether the reader has another entry under this number. */
  differs({ seq, hash }: Pick<ArchivedEntry, 'seq' | 'hash'>): boolean {
    const shown = this.hashes.get(seq);
    return shown !== undefined && shown !== hash;
  }
}
