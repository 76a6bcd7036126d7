import type { AnyConnector, CallContext } from '../connectors/connector';
import { ConnectorError } from '../domain/errors';
import { OutgoingError } from '../domain/outgoing-error';
import type { Logger } from '../infra/logger';
import type { Outgoing } from '../infra/outgoing';
import type { ConfigStore } from '../infra/stores';
import type { HookRegistration, HookRegistrationStore } from '../infra/stores/hook-registrations';

export interface HookRegistrarDeps {
  readonly config: Pick<ConfigStore, 'list' | 'channel' | 'get'>;
  readonly registrations: HookRegistrationStore;
  readonly connectorOf: (providerId: string) => AnyConnector | null;
  readonly outgoing: Pick<Outgoing, 'fetch'>;
  /** Where providers reach us; `whyNot`: why none could. */
  readonly publicUrl: string;
  readonly whyNot: string | null;
  readonly now: () => Date;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
}

const TIMEOUT_MS = 20_000;
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 600_000;
/** Channels looked at in one go. */
const PAGE = 200;

interface Due {
  readonly before: HookRegistration | null;
  readonly channelId: string;
  readonly url: string;
  readonly fingerprint: string;
  readonly register: NonNullable<AnyConnector['registerWebhook']>;
  readonly cfg: Readonly<Record<string, unknown>>;
}

/** Tells providers where to call, for each channel once per configuration; what fails is told again with growing pauses. */
export function createHookRegistrar(deps: HookRegistrarDeps) {
  const { config, registrations, connectorOf, outgoing, now, logger } = deps;

  /** One look at all channels. Throws when MongoDB is away; a provider that is away is written down. */
  async function look(): Promise<void> {
    const known = new Map((await registrations.all()).map((row) => [row.channelId, row]));
    const due: Due[] = [];
    let cursor: string | undefined;
    do {
      const page = await config.list('channels', { limit: PAGE, ...(cursor ? { cursor } : {}) });
      for (const { id } of page.items) {
        const found = await dueOf(id, known.get(id) ?? null);
        if (found) due.push(found);
      }
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    await Promise.all(due.map(attempt));
  }

  async function dueOf(channelId: string, before: HookRegistration | null): Promise<Due | null> {
    const found = await config.channel(channelId);
    if (!found?.channel.enabled || !found.connector.enabled || !found.connector.valid) return null;
    const register = connectorOf(found.connector.providerId)?.registerWebhook;
    if (!register) return null;
    const version = (await config.get('connectors', found.connector.id))?.version;
    const url = `${deps.publicUrl}/webhooks/${channelId}`;
    const fingerprint = [url, found.connector.id, version].join(' ');
    if (before?.fingerprint === fingerprint) {
      if (before.state !== 'FAILED') return null;
      if ((before.nextAttemptAt ?? '') > now().toISOString()) return null;
    }
    return { before, channelId, url, fingerprint, register, cfg: found.connector.cfg };
  }

  async function attempt({ before, channelId, url, fingerprint, register, cfg }: Due) {
    const base = { channelId, url, fingerprint };
    if (deps.whyNot) {
      logger.warn({ channelId, reason: deps.whyNot }, 'a webhook is not registered');
      const never = { attempts: 0, lastAttemptAt: null, nextAttemptAt: null };
      return registrations.save({ ...base, state: 'SKIPPED', reason: deps.whyNot, ...never });
    }
    const at = now();
    const lastAttemptAt = at.toISOString();
    try {
      await register({ url }, contextOf(cfg));
      logger.info({ channelId }, 'a webhook is registered');
      const settled = { reason: null, attempts: 0, lastAttemptAt, nextAttemptAt: null };
      return await registrations.save({ ...base, state: 'REGISTERED', ...settled });
    } catch (error) {
      const attempts = (before?.fingerprint === fingerprint ? before.attempts : 0) + 1;
      const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (attempts - 1), LONGEST_PAUSE_MS);
      const nextAttemptAt = new Date(at.getTime() + pauseMs).toISOString();
      const reason = reasonOf(error);
      logger.warn({ channelId, reason, attempt: attempts }, 'a webhook is not registered');
      const failed = { reason, attempts, lastAttemptAt, nextAttemptAt };
      return registrations.save({ ...base, state: 'FAILED', ...failed });
    }
  }

  function contextOf(cfg: Readonly<Record<string, unknown>>): CallContext<unknown> {
    return {
      cfg,
      baseUrl: typeof cfg['baseUrl'] === 'string' ? cfg['baseUrl'] : '',
      fetch: outgoing.fetch({ timeoutMs: TIMEOUT_MS }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
      now,
    };
  }

  return { look };
}

/** In words that name no address and no token: an unknown error's text might. */
function reasonOf(error: unknown): string {
  if (error instanceof OutgoingError) return error.message.slice(0, 300);
  if (!(error instanceof ConnectorError)) return 'failed unexpectedly';
  const { detail } = error.facts;
  return [`${error.type}: ${error.message}`, detail].filter(Boolean).join(': ').slice(0, 300);
}
