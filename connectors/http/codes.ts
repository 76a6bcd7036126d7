import { ConnectorError, type ConnectorErrorType } from '../../domain/errors';
import type { ReportedState } from '../../domain/message/reported-state';
import { failureReason } from '../../domain/message/send-policy';
import {
  detailOf,
  errorOfStatus,
  type ProviderAnswer,
  retryAfter,
  throttled,
} from '../provider-call';
import { ErrorReply } from './payload';

/** Names that a partner may give the reason of a 4xx (connectors.md 10). */
const NAMED = new Set<string>([
  'SessionWindowClosed',
  'Unreachable',
  'OptedOut',
  'Throttled',
  'Rejected',
] satisfies ConnectorErrorType[]);

/** What an answer other than 2xx and 409 means. */
export function errorOf(answer: ProviderAnswer): ConnectorError {
  const { status, headers } = answer;
  const parsed = ErrorReply.safeParse(answer.json);
  const error = parsed.success ? parsed.data.error : {};
  const facts = { code: String(error.code ?? status), ...detailOf(error.message) };
  if (status === 410)
    return new ConnectorError('ChannelStopped', 'HTTP 410', { reason: 'config', ...facts });
  if (status === 429 || (status < 500 && error.type === 'Throttled'))
    return throttled(headers, facts);
  if (status < 500 && NAMED.has(error.type ?? ''))
    return new ConnectorError(error.type as ConnectorErrorType, `HTTP ${status}`, {
      ...retryAfter(headers),
      ...facts,
    });
  return errorOfStatus(answer, facts);
}

const STATES: Readonly<Record<string, ReportedState>> = {
  accepted: 'ACCEPTED',
  sent: 'SENT',
  delivered: 'DELIVERED',
  read: 'READ',
  played: 'READ',
  failed: 'FAILED',
};

/** A partner's word for a delivery state, in any letter case; null when we do not know it. */
export function stateOf(state: string | null | undefined): ReportedState | null {
  return STATES[state?.toLowerCase() ?? ''] ?? null;
}

/** The reason of a failed delivery: the partner's error name where we know it. */
export function reasonOf(type: string | null | undefined): string {
  return failureReason(type && NAMED.has(type) ? (type as ConnectorErrorType) : 'Rejected');
}
