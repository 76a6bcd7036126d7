import { ConnectorError, type ConnectorErrorType } from '../../domain/errors';
import type { ReportedState } from '../../domain/message/reported-state';
import { failureReason } from '../../domain/message/send-policy';
import { type CodeTable, errorOfAnswer, errorOfGraphCode, type GraphError } from '../meta/graph';
import { detailOf, type ProviderAnswer, throttled } from '../provider-call';

const range = (from: number, to: number, row: CodeTable[string]): CodeTable =>
  Object.fromEntries(Array.from({ length: to - from + 1 }, (_, index) => [from + index, row]));

/** Meta's error codes for WhatsApp (connectors.md 13.2). A code that is not here is judged by the HTTP status. */
export const CODES: CodeTable = {
  4: ['Throttled', { scope: 'account' }],
  80007: ['Throttled', { scope: 'account' }],
  130429: ['Throttled', { scope: 'channel' }],
  131056: ['Throttled', { scope: 'recipient' }],
  1: ['Unavailable'],
  2: ['Unavailable'],
  131000: ['Unavailable'],
  131016: ['Unavailable'],
  131057: ['Unavailable'],
  133004: ['Unavailable'],
  0: ['ChannelStopped', { reason: 'auth' }],
  190: ['ChannelStopped', { reason: 'auth' }],
  3: ['ChannelStopped', { reason: 'permission' }],
  10: ['ChannelStopped', { reason: 'permission' }],
  ...range(200, 299, ['ChannelStopped', { reason: 'permission' }]),
  368: ['ChannelStopped', { reason: 'policy' }],
  131048: ['ChannelStopped', { reason: 'policy' }],
  131031: ['ChannelStopped', { reason: 'suspended' }],
  131042: ['ChannelStopped', { reason: 'payment' }],
  131045: ['ChannelStopped', { reason: 'config' }],
  131047: ['SessionWindowClosed', { outside: 'template' }],
  131026: ['Unreachable', { reason: 'unknownRecipient' }],
  100: ['Rejected', { reason: 'parameter' }],
  131049: ['Rejected', { reason: 'notDelivered' }],
  131008: ['Rejected', { reason: 'parameter' }],
  131009: ['Rejected', { reason: 'parameter' }],
  131021: ['Rejected', { reason: 'invalidRecipient' }],
  131030: ['Rejected', { reason: 'notVerified' }],
  131051: ['Rejected', { reason: 'bodyType' }],
  131052: ['Rejected', { reason: 'media' }],
  131053: ['Rejected', { reason: 'media' }],
  ...range(132000, 132016, ['Rejected', { reason: 'invalidTemplate' }]),
};

/** What an answer other than 2xx means. `dialog`: 360dialog answers for itself before Meta does (connectors.md 2.3). */
export function errorOf(answer: ProviderAnswer, dialog: boolean): ConnectorError {
  return (dialog ? errorOfDialog(answer) : null) ?? errorOfAnswer(answer, CODES);
}

/** Why a message failed afterwards, as views show it. */
export function reasonOf(errors: readonly GraphError[]): string {
  const [first] = errors;
  const type: ConnectorErrorType = (first && errorOfGraphCode(first, CODES)?.type) ?? 'Rejected';
  return failureReason(type);
}

/** 360dialog's own refusals have no code: their status and words are all there is. */
function errorOfDialog({ status, headers, text, json }: ProviderAnswer): ConnectorError | null {
  const facts = { code: String(status), ...detailOf(text) };
  if (status === 401)
    return new ConnectorError('ChannelStopped', 'HTTP 401', { reason: 'auth', ...facts });
  if (status === 502 && /not available/i.test(text))
    return new ConnectorError('Unavailable', 'HTTP 502', facts);
  if (status !== 400 || hasCode(json)) return null;
  if (/rate.?limit|too many/i.test(text)) return throttled(headers, facts);
  if (/payment|funds|billing/i.test(text))
    return new ConnectorError('ChannelStopped', 'HTTP 400', { reason: 'payment', ...facts });
  return null;
}

function hasCode(json: unknown): boolean {
  const error = (json as { error?: { code?: unknown } } | null | undefined)?.error;
  return Number(error?.code) > 999; // lower ones repeat the HTTP status
}

const STATES: Readonly<Record<string, ReportedState>> = {
  accepted: 'ACCEPTED',
  held_for_quality_assessment: 'ACCEPTED',
  sent: 'SENT',
  delivered: 'DELIVERED',
  read: 'READ',
  played: 'READ',
  failed: 'FAILED',
};

/** What a status means to us; null for one that we do not know. */
export function stateOf(status: string | undefined): ReportedState | null {
  return STATES[status?.toLowerCase() ?? ''] ?? null;
}
