import type { CodeTable } from '../meta/graph';

/** Meta's error codes for Messenger and Instagram (connectors.md 13.2), with the meaning that they have here. */
export const CODES: CodeTable = {
  4: ['Throttled', { scope: 'account' }],
  32: ['Throttled', { scope: 'account' }],
  613: ['Throttled', { scope: 'channel' }],
  2: ['Unavailable'], // may also mean that the customer blocked the page: the message fails when it expires
  1200: ['Unavailable'],
  190: ['ChannelStopped', { reason: 'auth' }],
  200: ['ChannelStopped', { reason: 'permission' }],
  368: ['ChannelStopped', { reason: 'policy' }],
  2022: ['ChannelStopped', { reason: 'policy' }],
  '10/2018278': ['SessionWindowClosed', { outside: 'tag' }],
  '10/2534022': ['SessionWindowClosed', { outside: 'tag' }], // the same of Instagram
  551: ['Unreachable', { reason: 'blocked' }],
  '100/2018001': ['Unreachable', { reason: 'unknownRecipient' }],
  100: ['Rejected', { reason: 'parameter' }],
  10900: ['Rejected', { reason: 'parameter' }],
  10903: ['Rejected', { reason: 'parameter' }],
  '1/1357046': ['Ambiguous', { reason: 'sentYetFailed' }],
};
