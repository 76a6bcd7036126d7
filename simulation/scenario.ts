import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { Agent, Queue } from '../domain/routing/schema';

const Clock = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'must be a time of day, as 09:30')
  .transform((text) => {
    const [hours = 0, minutes = 0] = text.split(':').map(Number);
    return (hours * 60 + minutes) * 60;
  });
const Seconds = z.number().min(0).max(86_400);

/** Customers of one kind: when they come, whom they need, how long they wait. Times are means of exponential distributions. */
const Arrivals = z.strictObject({
  name: z.string().min(1),
  queueId: z.string(),
  /** Customers an hour, from a time of day until the next entry's. */
  perHour: z.array(z.strictObject({ from: Clock, customers: z.number().min(0).max(3_600) })).min(1),
  patienceSeconds: Seconds,
  handlingSeconds: Seconds,
});

/** Agents who work at the same hours. Whoever does not see an offer lets it ring in vain, and is back after a while. */
const Shift = z.strictObject({
  name: z.string().min(1),
  count: z.number().int().min(0).max(500),
  from: Clock,
  to: Clock,
  maxTasks: z.number().int().min(1).max(100).default(1),
  attributes: Agent.shape.attributes,
  answersInSeconds: Seconds.default(4),
  missesOffers: z.number().min(0).max(1).default(0),
  returnsAfterSeconds: Seconds.default(60),
});

/** A day of a contact centre (docs/simulation.md). Times of day are seconds after midnight, UTC, once read. */
export const Scenario = z
  .strictObject({
    name: z.string().min(1),
    date: z.iso.date().default('2026-03-02'),
    from: Clock,
    to: Clock,
    wrapUpSeconds: z.number().int().min(0).max(3_600).default(60),
    requestTtlSeconds: z.number().int().min(2).max(86_400).default(3_600),
    routingAttributes: z
      .array(z.strictObject({ id: z.string(), type: z.enum(['BOOLEAN', 'PROFICIENCY']) }))
      .default([]),
    queues: z.array(Queue).min(1),
    arrivals: z.array(Arrivals).min(1),
    shifts: z.array(Shift).min(1),
  })
  .superRefine(({ queues, arrivals, from, to }, context) => {
    const known = new Set(queues.map(({ id }) => id));
    for (const [n, { queueId }] of arrivals.entries())
      if (!known.has(queueId))
        context.addIssue({
          code: 'custom',
          path: ['arrivals', n, 'queueId'],
          message: `no queue is called ${queueId}`,
        });
    if (from >= to)
      context.addIssue({ code: 'custom', path: ['to'], message: 'must be later than from' });
  });
export type Scenario = z.infer<typeof Scenario>;

/** @throws Error that names every fault of the file */
export async function readScenario(file: string): Promise<Scenario> {
  const read = Scenario.safeParse(parse(await readFile(file, 'utf8')));
  if (read.success) return read.data;
  const faults = read.error.issues.map(
    ({ path, message }) => `  ${path.join('.') || '(file)'}: ${message}`,
  );
  throw new Error(`${file} is no scenario:\n${faults.join('\n')}`);
}
