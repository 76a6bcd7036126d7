import type { Capabilities } from './capabilities';

/** `at`: when it was last found so, ISO UTC. `asked`: the recipient said stop; otherwise the provider refused a send. */
export interface OptOut {
  readonly at: string;
  readonly asked: boolean;
}

/**
 * Whether an opt-out counts no more. Whoever wrote after a send was refused may be written to again, if the provider agrees. Whoever
 * said stop has to opt in (connectors.md 1.6): the word itself comes as a message on some channels.
 */
export function isLifted(
  { at, asked }: OptOut,
  lastInboundAt: string | null,
  { writingOptsIn = false }: Pick<Capabilities, 'writingOptsIn'>,
): boolean {
  return (!asked || writingOptsIn) && lastInboundAt !== null && lastInboundAt > at;
}
