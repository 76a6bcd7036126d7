import { INBOUND_ONLY_BODY_TYPES, INLINE_BODY_MAX_BYTES } from '../../domain/message/body-types';
import { MessageBody } from '../../domain/message/schema';
import { bytesOf } from '../ingress/inbound-body';

const INBOUND_ONLY: ReadonlySet<string> = new Set(INBOUND_ONLY_BODY_TYPES);

/** What the business may write: domain.md 8.2 without what only customers send, at most 64 KiB. */
export const OutboundBody = MessageBody.refine(({ type }) => !INBOUND_ONLY.has(type), {
  path: ['type'],
  message: 'only customers send this type',
}).refine(
  (body) => bytesOf(body) <= INLINE_BODY_MAX_BYTES,
  'at most 64 KiB; larger content travels as media',
);
