import type { Api, Caller } from './api';
import type { Instance } from './instance';
import type { Measured } from './measured';

/** What every measurement gets: a product of its own that runs, and who calls it. */
export interface Stage {
  readonly instance: Instance;
  readonly api: Api;
  /** May write on every channel. */
  readonly connector: Caller;
}

export interface Options {
  /** Fewer and shorter blocks: a look, no verdict. */
  readonly quick: boolean;
  /** The sizes that take long: 100,000 messages, 1,000,000 archived conversations. */
  readonly long: boolean;
}

export type Benchmark = (stage: Stage, options: Options) => Promise<readonly Measured[]>;
