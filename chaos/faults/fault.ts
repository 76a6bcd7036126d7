import type { Crew } from '../load/crew';
import type { Scene } from '../load/scene';
import type { Stage, StageOptions } from '../stage/stage';
import type { TcpLink } from '../stage/tcp-link';

/** One thing that goes wrong (reliability section 4). */
export interface Fault {
  readonly id: `F${number}`;
  readonly what: string;
  /** Marked for every run (reliability.md section 4): `npm test` plays its short form. */
  readonly everyTest?: true;
  /** It breaks nothing of ours, so that others of the kind may be played beside it. */
  readonly outside?: true;
  /** What is hoped for, as the table prints it; reported, never asserted. */
  readonly goal?: string;
  /** It is played on a stage of its own, raised like this. */
  readonly stage?: StageOptions;
  /** Why it cannot be played on this machine; null when it can. */
  missing?(): Promise<string | null>;
  /**
   * Plays it under load: says what has to be said and disturbs what has to be disturbed. Healing, the liveness phase and the checker
   * follow by themselves.
   */
  play(acting: Acting): Promise<void>;
}

export interface Acting {
  readonly stage: Stage;
  readonly crew: Crew;
  readonly scene: Scene;
  /** The long form: as the specification's load. */
  readonly long: boolean;
}

/** A fault that disturbs the usual load: both at once, until both are through. */
export function underLoad(disturb: (acting: Acting) => Promise<void>): Fault['play'] {
  return async (acting) => {
    await acting.scene.enter();
    await Promise.all([acting.scene.speak(), disturb(acting)]);
  };
}

/** Every link of a stage, those to providers and the bot included. */
export function linksOf(
  stage: Stage,
): readonly { readonly name: string; readonly link: TcpLink }[] {
  return [...Object.entries(stage.links), ...Object.entries(stage.providers.links)].map(
    ([name, link]) => ({ name, link }),
  );
}
