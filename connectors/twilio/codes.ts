import {
  ConnectorError,
  type ConnectorErrorFacts,
  type ConnectorErrorType,
} from '../../domain/errors';
import type { ReportedState } from '../../domain/message/reported-state';

/** Twilio's error codes (connectors.md 13.2). A code that is not here is judged by the HTTP status. */
const CODES: Readonly<Record<string, readonly [ConnectorErrorType, ConnectorErrorFacts?]>> = {
  20429: ['Throttled', { scope: 'account' }],
  63018: ['Throttled', { scope: 'channel' }],
  21611: ['Throttled', { scope: 'channel' }],
  30001: ['Throttled', { scope: 'channel' }],
  30017: ['Throttled', { scope: 'channel' }],
  20003: ['ChannelStopped', { reason: 'auth' }],
  20404: ['ChannelStopped', { reason: 'config' }],
  21606: ['ChannelStopped', { reason: 'config' }],
  63001: ['ChannelStopped', { reason: 'auth' }],
  63016: ['SessionWindowClosed', { outside: 'template' }],
  21614: ['Unreachable', { reason: 'notMobile' }],
  63024: ['Unreachable', { reason: 'unknownRecipient' }],
  30003: ['Unreachable', { reason: 'unreachable' }],
  30005: ['Unreachable', { reason: 'unknownRecipient' }],
  30006: ['Unreachable', { reason: 'landline' }],
  21610: ['OptedOut'],
  21211: ['Rejected', { reason: 'invalidRecipient' }],
  21608: ['Rejected', { reason: 'notVerified' }],
  21612: ['Rejected', { reason: 'route' }],
  21617: ['Rejected', { reason: 'tooLong' }],
  21658: ['Rejected', { reason: 'invalidTemplate' }],
  21408: ['Rejected', { reason: 'region' }],
  30004: ['Rejected', { reason: 'blocked' }],
  30007: ['Rejected', { reason: 'filtered' }],
};

/** The error that a code stands for; null when the table does not know it. */
export function errorOfCode(
  code: string | undefined,
  facts: ConnectorErrorFacts = {},
): ConnectorError | null {
  const row = code === undefined ? undefined : CODES[code];
  if (!row || !code) return null;
  const [type, known] = row;
  return new ConnectorError(type, `Twilio ${code}`, { ...known, code, ...facts });
}

const STATES: Readonly<Record<string, ReportedState>> = {
  accepted: 'ACCEPTED',
  scheduled: 'ACCEPTED',
  queued: 'ACCEPTED',
  sending: 'ACCEPTED',
  sent: 'SENT',
  delivered: 'DELIVERED',
  read: 'READ',
  failed: 'FAILED',
  undelivered: 'FAILED',
  canceled: 'FAILED',
};

/** What a `MessageStatus` means to us; null for values that say nothing about an outbound message. */
export function stateOf(status: string | undefined): ReportedState | null {
  return STATES[status?.toLowerCase() ?? ''] ?? null;
}
