import { number, object, orNull, type Shape, shaped, text, texts } from '../well-formed';

/** A `RoutingRequest`. */
export const REQUEST: Shape = {
  taskId: text,
  conversationId: text,
  workflowId: text,
  queueId: orNull(text),
  agentId: orNull(text),
  mrdId: text,
  direction: text,
  priority: number,
  attributes: object,
  queuedAt: number,
  waitingSince: number,
  ttlDueAt: number,
  avoidAgentIds: texts,
  presentAgentIds: texts,
  prefer: orNull(shaped({ agentId: text, until: number })),
};
