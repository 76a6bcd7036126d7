export type ActorType = 'CUSTOMER' | 'AGENT' | 'BOT' | 'APP' | 'CONTROLLER' | 'OPERATOR';
/** Who did it (domain.md 8.1). `supervisor` is set where the caller's token carries that permission. */
export interface Actor {
  readonly type: ActorType;
  readonly id: string;
  readonly name: string | null;
  readonly supervisor?: boolean;
}
