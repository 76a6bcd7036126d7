import fc from 'fast-check';
import {
  needsAgentTag,
  replyWindow,
  type WindowedSession,
  whyNotInWindow,
  windowEnd,
} from '../../../domain/channel/reply-window';
import { CHANNEL_TYPES, type ChannelType } from '../../../domain/channel/types';

const LAST = '2026-03-02T10:00:00.000Z';
const hoursAfter = (hours: number, ms = 0) =>
  new Date(Date.parse(LAST) + hours * 3_600_000 + ms).toISOString();
const plain = { type: 'PLAIN' } as const;
const template = { type: 'TEMPLATE' } as const;

function aSession(change: Partial<WindowedSession> = {}): WindowedSession {
  return {
    channelType: 'WHATSAPP',
    lastInboundAt: LAST,
    settings: { window: null, humanAgentTag: false },
    ...change,
  };
}

describe('reply window (domain.md 3.3)', () => {
  it.each([
    ['inside', {}, 'AGENT', plain, hoursAfter(24, -1), true],
    ['at 24 h', {}, 'AGENT', plain, hoursAfter(24), false],
    ['a template outside', {}, 'BOT', template, hoursAfter(100), true],
    ['Messenger outside', { channelType: 'MESSENGER' }, 'AGENT', plain, hoursAfter(24), false],
    [
      'Messenger: no template either',
      { channelType: 'MESSENGER' },
      'AGENT',
      template,
      hoursAfter(24),
      false,
    ],
    [
      'Instagram, an agent with the tag',
      { channelType: 'INSTAGRAM', settings: { window: null, humanAgentTag: true } },
      'AGENT',
      plain,
      hoursAfter(168, -1),
      true,
    ],
    [
      'the tag is for agents only',
      { channelType: 'INSTAGRAM', settings: { window: null, humanAgentTag: true } },
      'BOT',
      plain,
      hoursAfter(25),
      false,
    ],
    [
      'and for 7 days',
      { channelType: 'INSTAGRAM', settings: { window: null, humanAgentTag: true } },
      'AGENT',
      plain,
      hoursAfter(168),
      false,
    ],
    [
      'GENERIC as declared',
      {
        channelType: 'GENERIC',
        settings: { window: { hours: 1, outside: 'none' }, humanAgentTag: false },
      },
      'SYSTEM',
      template,
      hoursAfter(1),
      false,
    ],
    [
      'GENERIC without a declaration',
      { channelType: 'GENERIC' },
      'SYSTEM',
      plain,
      hoursAfter(999),
      true,
    ],
    [
      'the last inbound time is unknown',
      { lastInboundAt: null },
      'SYSTEM',
      plain,
      hoursAfter(999),
      true,
    ],
  ] as const)('%s', (_what, change, from, body, now, open) => {
    const refusal = whyNotInWindow(aSession(change), { from, body }, now);
    expect(refusal?.code).toBe(open ? undefined : 'SESSION_WINDOW_CLOSED');
  });

  it('only three channel types and GENERIC have one', () => {
    const windowed = CHANNEL_TYPES.filter((channelType) => replyWindow(aSession({ channelType })));
    expect(windowed).toEqual(['WHATSAPP', 'MESSENGER', 'INSTAGRAM']);
  });

  it('once shut it stays shut', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...CHANNEL_TYPES),
        fc.nat(400),
        fc.nat(400),
        (channelType, a, b) => {
          const at = (hours: number) =>
            whyNotInWindow(
              aSession({ channelType }),
              { from: 'AGENT', body: plain },
              hoursAfter(hours),
            ) === null;
          expect(at(Math.min(a, b)) || !at(Math.max(a, b))).toBe(true);
        },
      ),
    );
  });
});

describe('the tag of a human agent', () => {
  const tagged = { window: null, humanAgentTag: true };
  it.each([
    ['after the window', 'MESSENGER', 'AGENT', tagged, 25, true],
    ['from its first moment', 'MESSENGER', 'AGENT', tagged, 24, true],
    ['not inside the window', 'MESSENGER', 'AGENT', tagged, 23, false],
    ['not after its own end', 'MESSENGER', 'AGENT', tagged, 168, false],
    ['not for a bot', 'MESSENGER', 'BOT', tagged, 25, false],
    [
      'not without the permission',
      'MESSENGER',
      'AGENT',
      { ...tagged, humanAgentTag: false },
      25,
      false,
    ],
    ['not where templates are asked for', 'WHATSAPP', 'AGENT', tagged, 25, false],
    ['not where there is no window', 'TELEGRAM', 'AGENT', tagged, 25, false],
  ] as const)('%s', (_what, channelType, from, settings, hours, needed) => {
    const session = aSession({ channelType, settings });
    expect(needsAgentTag(session, from, hoursAfter(hours))).toBe(needed);
    expect(needsAgentTag({ ...session, lastInboundAt: null }, from, hoursAfter(hours))).toBe(false);
  });
});

describe('windowEnd', () => {
  it('is the first moment at which a message may go out no more', () => {
    const fits = fc.constantFrom<ChannelType>('WHATSAPP', 'MESSENGER', 'SMS', 'EMAIL');
    const from = fc.constantFrom('AGENT', 'BOT', 'SYSTEM');
    const body = fc.constantFrom(plain, template);
    fc.assert(
      fc.property(fits, from, body, fc.boolean(), (channelType, author, what, humanAgentTag) => {
        const session = aSession({ channelType, settings: { window: null, humanAgentTag } });
        const message = { from: author, body: what };
        const ends = windowEnd(session, message);
        const at = (ms: number) =>
          new Date(Date.parse(ends ?? hoursAfter(10_000)) + ms).toISOString();
        expect(whyNotInWindow(session, message, at(-1))).toBeNull();
        expect(whyNotInWindow(session, message, at(0)) === null).toBe(ends === null);
      }),
    );
    expect(windowEnd(aSession({ lastInboundAt: null }), { from: 'BOT', body: plain })).toBeNull();
  });
});
