import { type ReactNode, useState } from 'react';

export interface SectionProps {
  readonly title: string;
  /** Folded at first. */
  readonly folded?: boolean;
  /** A function: asked for what it shows only when it is unfolded. */
  readonly children: ReactNode | (() => ReactNode);
}

/** A part of the context panel that folds. */
export function Section({ title, folded = false, children }: SectionProps) {
  const [open, setOpen] = useState(!folded);
  return (
    <details
      className="section"
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>
        <h2>{title}</h2>
      </summary>
      {typeof children === 'function' ? (open ? children() : null) : children}
    </details>
  );
}

/** Names and values. Values are strangers' text. */
export function Facts({ facts }: { facts: readonly (readonly [string, string])[] }) {
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt dir="auto">{name}</dt>
          <dd dir="auto">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
