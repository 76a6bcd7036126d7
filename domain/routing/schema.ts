import { z } from 'zod';
import { ConfigId } from '../channel/schema';
import { WEEKDAYS } from './weekdays';

/** Fields that every configured object has besides its own. */
const identity = { id: ConfigId, name: z.string().min(1).max(128).optional() };
const seconds = (min: number, max: number, fallback: number) =>
  z.int().min(min).max(max).default(fallback);

/** Media routing domain: groups channel types and queues, and holds each agent's state and capacity (domain.md 6.8). */
export const Mrd = z
  .strictObject({
    ...identity,
    maxTasks: z.int().min(0).max(100).default(5),
    interruptible: z.boolean().default(true),
    autoSync: z.boolean().default(true),
    onInterrupted: z.enum(['REQUEUE', 'HOLD']).default('REQUEUE'),
  })
  .meta({ id: 'Mrd' });
export type Mrd = z.infer<typeof Mrd>;

/** A skill: had or not, or held to a degree of 1..10. A missing one counts as false, or 0. */
export const RoutingAttribute = z
  .strictObject({
    ...identity,
    type: z.enum(['BOOLEAN', 'PROFICIENCY']),
    defaultValue: z
      .union([z.boolean(), z.int().min(1).max(10)])
      .nullable()
      .default(null),
  })
  .refine(({ type, defaultValue }) => defaultValue === null || fitsAttribute(type, defaultValue), {
    path: ['defaultValue'],
    message: 'true or false for BOOLEAN, 1 to 10 for PROFICIENCY',
  })
  .meta({ id: 'RoutingAttribute' });
export type RoutingAttribute = z.infer<typeof RoutingAttribute>;

/** Whether a value can stand for an attribute of a type. */
function fitsAttribute(type: 'BOOLEAN' | 'PROFICIENCY', value: boolean | number): boolean {
  return type === 'BOOLEAN' ? typeof value === 'boolean' : typeof value === 'number';
}

/** One condition on an agent's skill. `join` says how it is tied to what stands before it, strictly from left to right. */
export const Term = z
  .strictObject({
    join: z.enum(['AND', 'OR']).optional(),
    attributeId: ConfigId,
    op: z.enum(['==', '!=', '<', '<=', '>', '>=']),
    value: z.union([z.boolean(), z.int().min(0).max(10)]),
  })
  .refine(({ op, value }) => typeof value === 'number' || op === '==' || op === '!=', {
    path: ['op'],
    message: 'only == and != compare with true or false',
  });

export const Expression = z
  .strictObject({ terms: z.array(Term).min(1).max(10) })
  .superRefine(({ terms }, ctx) => {
    terms.forEach(({ join }, index) => {
      if (index === 0 && join)
        ctx.addIssue({
          code: 'custom',
          path: ['terms', 0, 'join'],
          message: 'the first term joins nothing',
        });
      if (index > 0 && !join)
        ctx.addIssue({
          code: 'custom',
          path: ['terms', index, 'join'],
          message: 'AND or OR is required',
        });
    });
  })
  .meta({ id: 'Expression' });
export type Expression = z.infer<typeof Expression>;

export const QueueStep = z.strictObject({
  timeoutSeconds: seconds(1, 86_400, 30),
  expression: Expression.nullable().optional(),
  skipIfNoCandidate: z.boolean().default(false),
});
export type QueueStep = z.infer<typeof QueueStep>;

const ascending = (thresholds: readonly { readonly percent: number }[]) =>
  thresholds.every(({ percent }, index) => percent > (thresholds[index - 1]?.percent ?? -1));

/** domain.md 5.3: the time that agents have to answer, and the warnings on the way. */
const agentSla = {
  agentSlaSeconds: z.int().min(1).max(2_592_000).nullable().default(null),
  agentSlaThresholds: z
    .array(
      z.strictObject({
        percent: z.int().min(0).max(99),
        action: z.enum(['WARNING', 'CRITICAL', 'PROMPT']),
      }),
    )
    .max(3)
    .refine(ascending, 'thresholds must ascend')
    .default([]),
};

/** Waiting place of one MRD (domain.md 6.4). */
export const Queue = z
  .strictObject({
    ...identity,
    mrdId: ConfigId.default('chat'),
    priority: z.int().min(1).max(10).default(1),
    paused: z.boolean().default(false),
    steps: z.array(QueueStep).max(10).default([]),
    agentSelectionPolicy: z
      .enum(['LONGEST_AVAILABLE', 'MOST_SKILLED', 'LEAST_SKILLED'])
      .default('LONGEST_AVAILABLE'),
    reservationSeconds: seconds(1, 600, 20),
    afterRona: z.enum(['NOT_READY', 'UNCHANGED']).default('NOT_READY'),
    autoAccept: z.boolean().default(false),
    ...agentSla,
    serviceLevelType: z.int().min(1).max(3).default(1),
    serviceLevelThresholdSeconds: seconds(1, 86_400, 120),
    serviceLevelClock: z.enum(['ANSWERED', 'ROUTED']).default('ANSWERED'),
    ewtMinSeconds: seconds(0, 3600, 0),
    ewtMaxSeconds: seconds(1, 86_400, 3600),
    calendarId: ConfigId.nullable().default(null),
    onCalendarClose: z.enum(['KEEP', 'EXPIRE']).default('KEEP'),
  })
  .refine(({ ewtMinSeconds, ewtMaxSeconds }) => ewtMinSeconds < ewtMaxSeconds, {
    path: ['ewtMinSeconds'],
    message: 'must be less than ewtMaxSeconds',
  })
  .meta({ id: 'Queue' });
export type Queue = z.infer<typeof Queue>;

/** Pull-mode parking place that agents take conversations from (domain.md 6.12). */
export const List = z
  .strictObject({
    ...identity,
    mrdId: ConfigId.default('chat'),
    ...agentSla,
    requestTtlSeconds: seconds(1, 2_592_000, 86_400),
  })
  .meta({ id: 'List' });
export type List = z.infer<typeof List>;

/** Human of the business. `teamIds` and the teams' `memberIds` are one relation seen from both sides: either makes a member. */
export const Agent = z
  .strictObject({
    ...identity,
    username: z
      .string()
      .min(1)
      .max(256)
      .optional()
      .meta({ description: 'The subject of sign-in by an issuer.' }),
    supervisor: z.boolean().default(false),
    enabled: z.boolean().default(true),
    teamIds: z.array(ConfigId).max(50).default([]),
    attributes: z
      .array(
        z.strictObject({
          attributeId: ConfigId,
          value: z.union([z.boolean(), z.int().min(1).max(10)]),
        }),
      )
      .max(100)
      .refine((all) => distinct(all.map(({ attributeId }) => attributeId)), 'each attribute once')
      .default([]),
    mrds: z
      .array(
        z.strictObject({
          mrdId: ConfigId,
          maxTasks: z.int().min(0).max(100).nullable().optional(),
        }),
      )
      .max(20)
      .refine((all) => distinct(all.map(({ mrdId }) => mrdId)), 'each MRD once')
      .default([]),
  })
  .meta({ id: 'Agent' });
export type Agent = z.infer<typeof Agent>;

export const Team = z
  .strictObject({
    ...identity,
    supervisorIds: z.array(ConfigId).max(50).default([]),
    memberIds: z.array(ConfigId).max(2000).default([]),
  })
  .meta({ id: 'Team' });
export type Team = z.infer<typeof Team>;

/** Local wall clock, `HH:MM`; `to` may be `24:00`. */
const Span = z
  .strictObject({
    from: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'HH:MM'),
    to: z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'HH:MM'),
  })
  .refine(({ from, to }) => from < to, {
    path: ['to'],
    message: 'must be after from, on the same day',
  });
const Spans = z
  .array(Span)
  .max(10)
  .refine((spans) => {
    const sorted = [...spans].sort((a, b) => a.from.localeCompare(b.from));
    return sorted.every((span, index) => index === 0 || span.from >= (sorted[index - 1]?.to ?? ''));
  }, 'spans must not overlap');

/** Opening hours (domain.md 6.10). A day that is not named is closed. */
export const Calendar = z
  .strictObject({
    ...identity,
    timeZone: z.string().max(64).refine(isTimeZone, 'an IANA time zone'),
    week: z.partialRecord(z.enum(WEEKDAYS), Spans).default({}),
    holidays: z
      .array(
        z.strictObject({
          date: z.iso.date(),
          name: z.string().max(128).optional(),
          spans: Spans.default([]),
        }),
      )
      .max(365)
      .refine((all) => distinct(all.map(({ date }) => date)), 'each date once')
      .default([]),
  })
  .meta({ id: 'Calendar' });
export type Calendar = z.infer<typeof Calendar>;

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function distinct(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}
