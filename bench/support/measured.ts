/** One line of the table. `value` is a ratio to the floor unless the line says otherwise. */
export interface Measured {
  readonly id: string;
  readonly what: string;
  readonly ours: string;
  readonly floor: string;
  readonly value: number;
  /** 95 % interval, null where there is none. */
  readonly interval: readonly [number, number] | null;
  /** Null: told, not judged. */
  readonly gate: { readonly at: number; readonly better: 'less' | 'more' } | null;
}
