import type { CustomerMessage, SessionEnded } from '../../../domain/conversation/channel-events';
import type { Receipt } from './ledger';
import type { Answer } from './provider';

/** A conversation by name: of the customer whose workflow has it, the n-th that began there, from 1. */
export type ConversationName = `${string}/${number}`;

/** One thing that somebody does, as concrete as it can be without the ids that each level makes for itself. */
export type Deed =
  /** `customer`: whose workflow it is given to. */
  | { readonly does: 'writes'; readonly customer: string; readonly message: CustomerMessage }
  | { readonly does: 'leaves'; readonly customer: string; readonly session: SessionEnded }
  | {
      readonly does: 'sets';
      readonly agentId: string;
      readonly state: 'READY' | 'NOT_READY' | 'LOGOUT';
      readonly by: { readonly id: string; readonly supervisor: boolean };
    }
  | {
      readonly does: 'answers';
      readonly answer: 'accept' | 'decline';
      readonly agentId: string;
      readonly conversation: ConversationName;
    }
  /** Any request by its wire name, without the conversation's id. `refusal`: the code it is refused with. */
  | {
      readonly does: 'asks';
      readonly conversation: ConversationName;
      readonly type: string;
      readonly request: Readonly<Record<string, unknown>>;
      readonly refusal: string | null;
    }
  | {
      readonly does: 'joins';
      readonly conversation: ConversationName;
      readonly agentId: string;
      readonly role: 'PRIMARY' | 'ASSISTANT';
      readonly taskId: string;
    }
  | {
      readonly does: 'merges';
      readonly from: ConversationName;
      readonly into: ConversationName;
    }
  | { readonly does: 'the archive'; readonly is: 'down' | 'back' }
  | { readonly does: 'the provider'; readonly answers: Answer }
  | { readonly does: 'hears'; readonly receipt: Receipt }
  | { readonly does: 'nothing' };

/** How far everything is. */
export interface Standing {
  /** By conversation: entries recorded, archived or not. */
  readonly entries: Readonly<Record<ConversationName, number>>;
  /** Calls of the provider so far, and messages that have failed. */
  readonly calls: number;
  readonly failed: number;
}

export interface Act {
  /** Virtual ms since the beginning. */
  readonly at: number;
  /** Deadlines have passed since the act before. */
  readonly later: boolean;
  readonly deed: Deed;
  /** Before it, when no deadline is near. */
  readonly given: Standing;
  /** Once all that it brought about is done. The machine's own time may have brought more at level 2. */
  readonly reached: Standing;
}

export const describeAct = ({ at, deed }: Act): string =>
  `${String(Math.round(at / 1000)).padStart(7)} s  ${JSON.stringify(deed)}`;
