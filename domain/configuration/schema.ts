import { z } from 'zod';
import { Channel, ConfigId } from '../channel/schema';
import { ENTRY_TYPES } from '../conversation/timeline-activity';
import { CustomerLabel } from '../customer/schema';
import { JsonValue } from '../json/schema';
import { Agent, Calendar, List, Mrd, Queue, RoutingAttribute, Team } from '../routing/schema';

const identity = { id: ConfigId, name: z.string().min(1).max(128).optional() };
const httpUrl = z.url({ protocol: /^https?$/ }).max(2000);

/** The configured adapter of a provider. `attributes` follow the provider's own schema; secrets among them are write-only. */
export const ConnectorObject = z
  .strictObject({
    ...identity,
    providerId: z.string().min(1).max(64),
    attributes: z.record(z.string().max(64), JsonValue).default({}),
    enabled: z.boolean().default(true),
  })
  .meta({ id: 'Connector' });
export type ConnectorObject = z.infer<typeof ConnectorObject>;

/** A program that talks: hooks in our own process by its id, or an external one at `url` (connectors.md section 12). */
export const Bot = z
  .strictObject({
    ...identity,
    kind: z.enum(['HOOK', 'WEBHOOK', 'RASA', 'OPENAI', 'BOT_FRAMEWORK']),
    enabled: z.boolean().default(true),
    url: httpUrl.optional().meta({ description: 'Required but for HOOK.' }),
    secret: z
      .string()
      .min(1)
      .max(512)
      .optional()
      .meta({ description: 'WEBHOOK: signs our calls (`whsec_…`).' }),
    apiKey: z.string().min(1).max(512).optional().meta({ description: 'OPENAI: Bearer key.' }),
    bearerToken: z
      .string()
      .min(1)
      .max(4096)
      .optional()
      .meta({ description: 'RASA, BOT_FRAMEWORK: static Bearer.' }),
    model: z.string().min(1).max(128).optional().meta({ description: 'OPENAI.' }),
    systemPrompt: z.string().max(32_000).optional().meta({ description: 'OPENAI.' }),
    maxHistory: z
      .int()
      .min(0)
      .max(200)
      .optional()
      .meta({ description: 'OPENAI, WEBHOOK: messages that go along.' }),
    emptyReply: z
      .enum(['ok', 'failure'])
      .default('ok')
      .meta({ description: 'RASA: what an empty answer means.' }),
    suggests: z.boolean().default(false).meta({
      description:
        'Not HOOK: called while agents are in control, too; its replies are suggestions to them.',
    }),
  })
  .superRefine(({ kind, url, model }, ctx) => {
    if (kind !== 'HOOK' && !url)
      ctx.addIssue({ code: 'custom', path: ['url'], message: `required for ${kind}` });
    if (kind === 'OPENAI' && !model)
      ctx.addIssue({ code: 'custom', path: ['model'], message: 'required for OPENAI' });
  })
  .meta({ id: 'Bot' });
export type Bot = z.infer<typeof Bot>;

/** What agents choose from when they wrap up. */
export const WrapUpForm = z
  .strictObject({
    ...identity,
    categories: z
      .array(
        z.strictObject({
          name: z.string().min(1).max(128),
          values: z.array(z.string().min(1).max(128)).max(200).default([]),
        }),
      )
      .max(100)
      .default([]),
  })
  .meta({ id: 'WrapUpForm' });
export type WrapUpForm = z.infer<typeof WrapUpForm>;

export const CannedReply = z
  .strictObject({
    ...identity,
    shortcut: z.string().min(1).max(64),
    text: z.string().min(1).max(32_000),
    teamIds: z.array(ConfigId).max(50).default([]),
  })
  .meta({ id: 'CannedReply' });
export type CannedReply = z.infer<typeof CannedReply>;

/** Archived entries of `types` are posted to `url`, signed with `secret` (connectors.md section 10). */
export const WebhookSubscription = z
  .strictObject({
    ...identity,
    url: httpUrl,
    types: z.array(z.enum(ENTRY_TYPES)).min(1).max(ENTRY_TYPES.length),
    secret: z
      .string()
      .max(512)
      .regex(/^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/, 'whsec_ and base64 of 24 to 64 bytes'),
    enabled: z.boolean().default(true),
  })
  .meta({ id: 'WebhookSubscription' });
export type WebhookSubscription = z.infer<typeof WebhookSubscription>;

/** The schema of each configured resource, by its name in paths and in parley.yaml. */
export const RESOURCE_SCHEMAS = {
  connectors: ConnectorObject,
  channels: Channel,
  mrds: Mrd,
  queues: Queue,
  lists: List,
  'routing-attributes': RoutingAttribute,
  agents: Agent,
  teams: Team,
  bots: Bot,
  calendars: Calendar,
  'wrap-up-forms': WrapUpForm,
  'canned-replies': CannedReply,
  'customer-labels': CustomerLabel,
  'webhook-subscriptions': WebhookSubscription,
} as const;
