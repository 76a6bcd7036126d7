import type { ReactNode } from 'react';

/** A table in a window of its own. What scrolls must be reachable by keyboard, and named. */
export function TableScroll({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    <section className="table-scroll" tabIndex={0} aria-label={label}>
      <table className="table">{children}</table>
    </section>
  );
}
