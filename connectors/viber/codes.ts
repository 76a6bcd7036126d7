import {
  ConnectorError,
  type ConnectorErrorFacts,
  type ConnectorErrorType,
} from '../../domain/errors';
import type { ReportedState } from '../../domain/message/reported-state';
import { detailOf, errorOfStatus, type ProviderAnswer, throttled } from '../provider-call';
import { parseLossless, SendReply } from './payload';

/** Viber's `status` (connectors.md 13.2). A number that is not here is a passing fault of Viber's. */
const STATUS: Readonly<Record<number, readonly [ConnectorErrorType, ConnectorErrorFacts?]>> = {
  1: ['Rejected', { reason: 'invalidUrl' }],
  2: ['ChannelStopped', { reason: 'auth' }],
  3: ['Rejected', { reason: 'invalid' }],
  4: ['Rejected', { reason: 'invalid' }],
  5: ['Unreachable', { reason: 'unknownRecipient' }],
  6: ['OptedOut'],
  7: ['ChannelStopped', { reason: 'suspended' }],
  8: ['ChannelStopped', { reason: 'config' }],
  9: ['ChannelStopped', { reason: 'suspended' }],
  10: ['ChannelStopped', { reason: 'config' }],
  11: ['Unreachable', { reason: 'unsupportedDevice' }],
  13: ['Rejected', { reason: 'apiVersion' }],
  14: ['Rejected', { reason: 'apiVersion' }],
  15: ['ChannelStopped', { reason: 'permission' }],
  16: ['Rejected', { reason: 'notAllowed' }],
  17: ['Rejected', { reason: 'notAllowed' }],
  18: ['Rejected', { reason: 'notAllowed' }],
  19: ['Rejected', { reason: 'notAllowed' }],
  20: ['Rejected', { reason: 'notAllowed' }],
};
const TOO_MANY_REQUESTS = 12;

/** What an answer other than `status` 0 means. HTTP is 200 even then; a 5xx with Viber's own body was not processed. */
export function errorOf(answer: ProviderAnswer): ConnectorError {
  const parsed = SendReply.safeParse(parseLossless(answer.text));
  if (!parsed.success && answer.status < 300)
    return new ConnectorError('Ambiguous', 'unreadable answer', { reason: 'answer' });
  if (!parsed.success || parsed.data.status === 0 || answer.status === 429)
    return errorOfStatus(answer);
  const { status, status_message } = parsed.data;
  const facts = { code: String(status), ...detailOf(status_message) };
  if (status === TOO_MANY_REQUESTS) return throttled(answer.headers, facts);
  const [type, known] = STATUS[status] ?? ['Unavailable'];
  return new ConnectorError(type, `Viber ${status}`, { ...known, ...facts });
}

/** Events that report on a message of ours. */
export const REPORTS = {
  delivered: 'DELIVERED',
  seen: 'READ',
  failed: 'FAILED',
} as const satisfies Readonly<Record<string, ReportedState>>;
