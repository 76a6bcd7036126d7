/** Channel types and the media routing domain each belongs to unless the administrator moves it (domain.md section 9). */
export const CHANNEL_TYPE_MRD = {
  WEB: 'chat',
  WHATSAPP: 'chat',
  SMS: 'chat',
  VIBER: 'chat',
  TELEGRAM: 'chat',
  MESSENGER: 'chat',
  INSTAGRAM: 'chat',
  LINE: 'chat',
  GENERIC: 'chat',
  EMAIL: 'email',
  CX_VOICE: 'voice',
} as const;
export type ChannelType = keyof typeof CHANNEL_TYPE_MRD;
export const CHANNEL_TYPES = Object.keys(CHANNEL_TYPE_MRD) as readonly ChannelType[];

/** How long after the customer's last message we may write freely, and what may go out afterwards (connectors.md 1.10). */
export interface ReplyWindow {
  readonly hours: number;
  readonly outside: 'template' | 'tag' | 'none';
}

/** Texts that the controller sends on its own (domain.md 7.1 rule 5); null = silent. */
export const NOTICE_NAMES = [
  'greeting',
  'agentJoined',
  'agentLeft',
  'outOfHours',
  'sessionEnded',
  'transferStarted',
  'noAgentAvailable',
  'hold',
  'resume',
  'botFailure',
  'queueFlushed',
] as const;
export type NoticeName = (typeof NOTICE_NAMES)[number];
