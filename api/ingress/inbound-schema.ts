import { OUTBOUND_ONLY_BODY_TYPES } from '../../domain/message/body-types';
import { InboundMessage, MessageBody } from '../../domain/message/schema';
import { z } from '../openapi';

/** More than the body limit lets through: how long an inbound text may be is not for the schema to say (domain.md 8.2). */
const ANY_LENGTH = 1_000_000;

/**
 * The body of a customer's message: domain.md's, without what only the business sends, and with texts of any length, since a text
 * over its limit is cut and kept whole, never refused.
 */
export const InboundBody = z
  .discriminatedUnion('type', inboundOptions() as never)
  .meta({ id: 'InboundBody' }) as unknown as z.ZodType<MessageBody>;

/** `POST /v1/channels/{channelId}/messages`. */
export const InboundMessageRequest = InboundMessage.extend({ body: InboundBody }).meta({
  id: 'InboundMessageRequest',
});

function inboundOptions() {
  const outbound: readonly string[] = OUTBOUND_ONLY_BODY_TYPES;
  return MessageBody.options
    .filter((option) => !outbound.includes(option.shape.type.value))
    .map((option) => {
      if (option.shape.type.value === 'PLAIN')
        return option.extend({ text: z.string().min(1).max(ANY_LENGTH) });
      if (option.shape.type.value === 'EMAIL')
        return option.extend({ text: z.string().max(ANY_LENGTH) });
      if (option.shape.type.value === 'CHOICE')
        return option.extend({ text: z.string().max(ANY_LENGTH).optional() });
      return option;
    });
}
