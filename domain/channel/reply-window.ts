import type { Refusal } from '../errors';
import type { MessageBody } from '../message/schema';
import type { ChannelSettings } from './settings';
import type { ChannelType, ReplyWindow } from './types';

const DAY_HOURS = 24;
/** How long an agent may still answer where the provider allows a human agent tag: 7 days (domain.md 3.3). */
const HUMAN_AGENT_HOURS = 168;

/** Windows that belong to a channel type whatever its connector declares; null = none (domain.md 3.3). */
const TYPE_WINDOWS: Readonly<Record<ChannelType, ReplyWindow | null>> = {
  WEB: null,
  WHATSAPP: { hours: DAY_HOURS, outside: 'template' },
  SMS: null,
  VIBER: null,
  TELEGRAM: null,
  MESSENGER: { hours: DAY_HOURS, outside: 'tag' },
  INSTAGRAM: { hours: DAY_HOURS, outside: 'tag' },
  LINE: null,
  GENERIC: null,
  EMAIL: null,
  CX_VOICE: null,
};

/** The part of a session that the window hangs on. `lastInboundAt`: ISO UTC, null = unknown. */
export interface WindowedSession {
  readonly channelType: ChannelType;
  readonly lastInboundAt: string | null;
  readonly settings: Pick<ChannelSettings, 'window' | 'humanAgentTag'> | null;
}

/**
 * Whether a message may still go out on a session: null, or SESSION_WINDOW_CLOSED. The same for agents, bots, notices and
 * reminders. Without a known last inbound time the provider decides.
 */
export function whyNotInWindow(
  session: WindowedSession,
  message: { readonly from: 'AGENT' | 'BOT' | 'SYSTEM'; readonly body: Pick<MessageBody, 'type'> },
  now: string,
): Refusal | null {
  const window = replyWindow(session);
  if (!window || session.lastInboundAt === null) return null;
  if (isWithin(session.lastInboundAt, window.hours, now)) return null;
  if (window.outside === 'template' && message.body.type === 'TEMPLATE') return null;
  if (needsAgentTag(session, message.from, now)) return null;
  const hint = window.outside === 'template' ? '; only a TEMPLATE may go out' : '';
  return {
    code: 'SESSION_WINDOW_CLOSED',
    detail: `The reply window of ${window.hours} h after the customer's last message has ended${hint}.`,
  };
}

/** Whether a message goes out under the provider's tag for people alone: after the window, by an agent, while the tag holds. */
export function needsAgentTag(
  session: WindowedSession,
  from: 'AGENT' | 'BOT' | 'SYSTEM',
  now: string,
): boolean {
  const window = replyWindow(session);
  const { lastInboundAt, settings } = session;
  if (window?.outside !== 'tag' || lastInboundAt === null || from !== 'AGENT') return false;
  if (!settings?.humanAgentTag || isWithin(lastInboundAt, window.hours, now)) return false;
  return isWithin(lastInboundAt, HUMAN_AGENT_HOURS, now);
}

/** When the message may go out no more, ISO UTC; null: no such moment is known. */
export function windowEnd(
  session: WindowedSession,
  message: { readonly from: 'AGENT' | 'BOT' | 'SYSTEM'; readonly body: Pick<MessageBody, 'type'> },
): string | null {
  const window = replyWindow(session);
  if (!window || session.lastInboundAt === null) return null;
  if (window.outside === 'template' && message.body.type === 'TEMPLATE') return null;
  const tagged =
    window.outside === 'tag' && message.from === 'AGENT' && session.settings?.humanAgentTag;
  const hours = tagged ? HUMAN_AGENT_HOURS : window.hours;
  return new Date(Date.parse(session.lastInboundAt) + hours * 3_600_000).toISOString();
}

/** The window of a session, null when there is none. */
export function replyWindow(session: WindowedSession): ReplyWindow | null {
  if (session.channelType === 'GENERIC') return session.settings?.window ?? null;
  return TYPE_WINDOWS[session.channelType];
}

/** Whether a template may go out on channels of this type although the window is shut. A GENERIC one declares it itself. */
export function templateReopens(channelType: ChannelType): boolean {
  return channelType === 'GENERIC' || TYPE_WINDOWS[channelType]?.outside === 'template';
}

function isWithin(from: string, hours: number, now: string): boolean {
  return Date.parse(now) - Date.parse(from) < hours * 3_600_000;
}
