import { z } from 'zod';
import { JsonValue } from '../json/schema';
import { CHANNEL_TYPES, type ChannelType, type NoticeName } from './types';

const seconds = (min: number, max: number, fallback: number) =>
  z.int().min(min).max(max).default(fallback);
const notice = (fallback: string | null) =>
  z.string().min(1).max(1024).nullable().default(fallback);

/** An id chosen by the administrator. */
export const ConfigId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'letters, digits, _ and -, at most 64')
  .meta({ id: 'ConfigId' });

const notices = {
  greeting: notice(null),
  agentJoined: notice(null),
  agentLeft: notice(null),
  outOfHours: notice(null),
  sessionEnded: notice(null),
  transferStarted: notice('We are passing you on to a colleague.'),
  noAgentAvailable: notice('Nobody is available right now. Please try again later.'),
  hold: notice('You are on hold. We will be back shortly.'),
  resume: notice('Thank you for waiting. We are back.'),
  botFailure: notice('Something went wrong on our side.'),
  queueFlushed: notice('We cannot take your request at the moment.'),
} satisfies Record<NoticeName, z.ZodType>;

export const InactivityThreshold = z.strictObject({
  percent: z.int().min(1).max(100),
  action: z.enum(['REMIND', 'END']),
  text: z.string().min(1).max(1024).optional(),
});

/** A template message of the provider's; as in domain/message/schema.ts. */
export const WindowTemplate = z
  .strictObject({
    name: z.string().min(1).max(512),
    language: z.string().min(1).max(35),
    namespace: z.string().max(512).optional(),
    components: z.array(JsonValue).optional(),
  })
  .meta({
    id: 'WindowTemplate',
    description:
      'Sent once when a message could not go out before its reply window ended, so that the customer can write again.',
  });

/** A channel as the administrator configures it (domain.md section 9, "channel"). Defaults are those of section 15. */
export const Channel = z
  .strictObject({
    id: ConfigId,
    name: z.string().max(128).optional(),
    channelType: z.enum(CHANNEL_TYPES as [ChannelType, ...ChannelType[]]),
    serviceIdentifier: z.string().min(1).max(256),
    connectorId: ConfigId,
    enabled: z.boolean().default(true),
    defaultOutbound: z.boolean().default(false),
    calendarId: ConfigId.nullable().default(null),
    language: z.string().min(2).max(35).default('en'),
    routingMode: z.enum(['PUSH', 'PULL']).default('PUSH'),
    queueId: ConfigId.nullable().default(null),
    listId: ConfigId.nullable().default(null),
    agentRequestTtlSeconds: seconds(1, 86_400, 300),
    requestPriority: z.int().min(1).max(10).default(1),
    preferLastAgent: z.boolean().default(false),
    lastAgentTimeoutSeconds: seconds(1, 86_400, 30),
    onLastAgentLeave: z.enum(['RETURN_TO_BOT', 'CLOSE_SESSIONS']).default('RETURN_TO_BOT'),
    maxAssistants: z.int().min(0).max(20).default(1),
    botId: ConfigId.nullable().default(null),
    botTimeoutSeconds: seconds(1, 600, 10),
    maxBotTurns: z.int().min(1).max(1000).default(10),
    onBotFailure: z.enum(['HANDOFF', 'TEXT', 'CLOSE']).default('HANDOFF'),
    /** Seconds. Unset: 600, voice 14,400. */
    customerInactivityTimeoutSeconds: z.int().min(1).max(2_592_000).optional(),
    customerInactivityThresholds: z.array(InactivityThreshold).max(10).default([]),
    agentIdleSeconds: z.union([z.literal(0), z.int().min(60).max(86_400)]).default(3600),
    customerLeftSeconds: seconds(1, 86_400, 300),
    maxLifeSeconds: seconds(3600, 31_536_000, 604_800),
    reentryWindowSeconds: seconds(0, 259_200, 0),
    holdOptionsSeconds: z.array(z.int().min(1).max(86_400)).max(10).default([300, 900, 1800, 3600]),
    holdMaxSeconds: seconds(1, 86_400, 86_400),
    closingSendGraceSeconds: seconds(0, 600, 30),
    wrapUp: z
      .strictObject({
        enabled: z.boolean().default(true),
        seconds: seconds(1, 86_400, 60),
        formId: ConfigId.nullable().default(null),
      })
      .prefault({}),
    identification: z
      .strictObject({
        matchBy: z.enum(['PHONE', 'EMAIL', 'NONE']).optional(),
        autoLink: z.boolean().optional(),
      })
      .prefault({}),
    humanAgentTag: z.boolean().default(false),
    ambiguousSend: z.enum(['at-most-once', 'at-least-once']).optional(),
    ambiguousWaitMs: z.int().min(0).max(600_000).default(30_000),
    notices: z.strictObject(notices).prefault({}),
    windowTemplate: WindowTemplate.nullable().default(null),
    origins: z.array(z.string().max(256)).max(50).default([]),
    webchat: z
      .strictObject({
        title: z.string().max(64).optional(),
        accentColor: z
          .string()
          .regex(/^#[0-9a-fA-F]{6}$/)
          .optional(),
        preChatFields: z
          .array(
            z.strictObject({
              key: z.string().regex(/^[A-Za-z0-9_.-]{1,59}$/),
              label: z.string().min(1).max(128),
              required: z.boolean().default(false),
            }),
          )
          .max(20)
          .default([]),
      })
      .prefault({}),
    retentionDays: z.int().min(1).nullable().default(null),
  })
  .superRefine((channel, ctx) => {
    const thresholds = channel.customerInactivityThresholds;
    thresholds.forEach((threshold, index) => {
      const previous = thresholds[index - 1];
      if (previous && previous.percent >= threshold.percent)
        ctx.addIssue({
          code: 'custom',
          path: ['customerInactivityThresholds', index, 'percent'],
          message: 'thresholds must ascend',
        });
      if (threshold.action === 'END' && index < thresholds.length - 1)
        ctx.addIssue({
          code: 'custom',
          path: ['customerInactivityThresholds', index, 'action'],
          message: 'END must come last',
        });
    });
  })
  .meta({ id: 'Channel' });
export type Channel = z.infer<typeof Channel>;
