import pino, { type Logger as PinoLogger } from 'pino';
import type { Config } from './config';
import { currentLogFields } from './log-fields';

/** Write `logger.info({ channelId }, 'what happened')`. Fields outside {@link LOGGED_FIELDS} are dropped. */
export type Logger = PinoLogger;

/**
 * The only fields that reach the log. Ids, counts, codes and routes: nothing that a person wrote, no address, no token.
 * Whoever needs one more adds it here, where it is reviewed.
 */
export const LOGGED_FIELDS = [
  'component',
  'requestId',
  'method',
  'route',
  'status',
  'code',
  'reason',
  'type',
  'name',
  'state',
  'durationMs',
  'count',
  'attempt',
  'delayMs',
  'port',
  'pid',
  'signal',
  'exitCode',
  'conversationId',
  'customerId',
  'channelId',
  'connectorId',
  'providerId',
  'messageId',
  'sessionId',
  'taskId',
  'agentId',
  'queueId',
  'botId',
  'listId',
  'jobId',
  'domainId',
  'subscriptionId',
  'deliveryId',
  'mediaId',
  'seq',
  'workflowId',
  'workflowType',
  'runId',
  'taskQueue',
  'namespace',
  'activityType',
  'activityId',
  'buildId',
  'collection',
  'index',
  'key',
  'keys',
  'role',
  'sdkComponent',
  'err',
  'error',
] as const;

/** JSON lines on standard output. @default destination: standard output */
export function createLogger(
  { logLevel }: Pick<Config, 'logLevel'>,
  component: string,
  destination?: pino.DestinationStream,
): Logger {
  const options: pino.LoggerOptions = {
    level: logLevel,
    base: { component },
    mixin: currentLogFields,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (level) => ({ level }), log: onlyAllowed },
    serializers: { err: (described: unknown) => described }, // pino's own would put the causes' texts back
    hooks: { logMethod: scrubMessage },
  };
  return destination ? pino(options, destination) : pino(options);
}

/** Text of strangers (an error's message may quote a provider) without addresses, numbers and tokens. */
export function scrub(text: string): string {
  return (
    text
      // MongoDB quotes the values of a key that is there already, the JSON parser what it could not read.
      .replace(/\bdup key: \{.*\}/gs, 'dup key: [values]')
      .replace(
        /(Unexpected token )?.{0,4},? ?(\.\.\.)?".*"(\.\.\.)? is not valid JSON/gs,
        '[text] is not valid JSON',
      )
      .replace(/[\w.+-]+@[\w-]+(\.[\w-]+)+/g, '[address]')
      .replace(/\b(Bearer|Basic)\s+\S+/gi, '$1 [token]')
      .replace(/\/\/[^\s/@]+@/g, '//[credentials]@')
      .replace(/\bbot\d+:[\w-]+/g, 'bot[token]')
      .replace(/(?<![\w.-])(?!\d{4}-\d\d-\d\d)\+?\d[\d ()-]{5,}\d(?![\w-])/g, '[number]')
  );
}

const allowed: ReadonlySet<string> = new Set(LOGGED_FIELDS);

function onlyAllowed(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([name]) => allowed.has(name))
      .map(([name, value]) => [name, plain(value)]),
  );
}

/** Scalars as they are, errors in short, lists of scalars; anything deeper could hold what the list above keeps out. */
function plain(value: unknown): unknown {
  if (value instanceof Error) return describeError(value);
  if (Array.isArray(value)) return value.filter((item) => typeof item !== 'object').map(plain);
  if (typeof value === 'string') return scrubUnlessId(value);
  return typeof value === 'object' ? undefined : value;
}

function scrubUnlessId(value: string): string {
  return /^[\w:./{}-]+$/.test(value) && !/^\d+$/.test(value) ? value : scrub(value);
}

function describeError(error: Error, depth = 0): Record<string, unknown> {
  const { code, cause } = error as Error & { code?: unknown };
  return {
    type: error.name,
    code: typeof code === 'string' || typeof code === 'number' ? code : undefined,
    message: scrub(error.message),
    // The first line of a stack repeats the message.
    stack: error.stack
      ?.split('\n')
      .filter((line) => /^\s+at /.test(line))
      .join('\n'),
    cause: cause instanceof Error && depth < 3 ? describeError(cause, depth + 1) : undefined,
  };
}

function scrubMessage(this: PinoLogger, args: Parameters<pino.LogFn>, method: pino.LogFn): void {
  method.apply(
    this,
    args.map((arg) => (typeof arg === 'string' ? scrub(arg) : arg)) as Parameters<pino.LogFn>,
  );
}
