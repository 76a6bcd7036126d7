import type { z } from 'zod';
import type * as schemas from '../../api/conversations/schemas';
import type { Me as MeSchema, Workspace as WorkspaceSchema } from '../../api/routes/workspace';
import type { AgentState as AgentStateSchema } from '../../api/routing/views';

/** What the API tells staff, by the same names. */
export type Entry = z.infer<typeof schemas.TimelineEntry>;
export type Medium = Entry['media'][number];
export type Delivery = z.infer<typeof schemas.DeliveryState>;
export type Summary = z.infer<typeof schemas.ConversationSummaryView>;
export type Conversation = z.infer<typeof schemas.ConversationView>;
export type Session = Conversation['channelSessions'][number];
export type Explanation = z.infer<typeof schemas.ExplanationView>;
export type Task = Conversation['tasks'][number];
export type Customer = z.infer<typeof schemas.CustomerView>;
export type Me = z.infer<typeof MeSchema>;
export type Workspace = z.infer<typeof WorkspaceSchema>;
export type { MessageBody } from '../../domain/message/schema';

/** An agent as routing has them. */
export type AgentState = z.infer<typeof AgentStateSchema>;

/** One page of a list. */
export interface PageOf<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** The customer is, or may come back to be, in it. */
export function isOpen({ state }: Pick<Summary, 'state'>): boolean {
  return state !== 'CLOSING' && state !== 'CLOSED';
}
