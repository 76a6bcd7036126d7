import type { AnyConnector, RawRequest, Verdict } from '../../connectors/connector';
import type { Channel } from '../../domain/channel/schema';
import type { ConfigStore } from '../../infra/stores';

/** A channel that events may be for, with its connector. */
export interface Recipient {
  readonly channel: Channel;
  readonly connector: AnyConnector;
  readonly cfg: Readonly<Record<string, unknown>>;
}
export interface Recipients {
  /** Each takes its own events of the request. */
  readonly channels: readonly Recipient[];
  /** Accounts that the request names and no channel of ours has: what is about them has nowhere to go. */
  readonly strangers: readonly string[];
}

/** Channels looked at in one go. */
const PAGE = 200;

/**
 * For whom a request is that came to a channel's address: for this channel, and for those whose accounts it names, each by its own
 * secret (connectors.md 2.1). Answers the verdict when it is for nobody and not even signed as the channel demands.
 */
export async function recipientsOf(
  request: RawRequest,
  addressed: Recipient,
  deps: {
    readonly config: Pick<ConfigStore, 'list' | 'channel'>;
    readonly connectors: ReadonlyMap<string, AnyConnector>;
    readonly now: Date;
  },
): Promise<Recipients | Extract<Verdict, { ok: false }>> {
  const { now } = deps;
  const verdict = addressed.connector.verify(request, addressed.cfg, now, addressed.channel);
  const own = verdict.ok ? [addressed] : [];
  const { accounts } = addressed.connector;
  if (!accounts) return verdict.ok ? { channels: own, strangers: [] } : verdict;
  const foreign = accounts.named(request).filter((account) => !isOf(addressed, account));
  if (foreign.length === 0) return verdict.ok ? { channels: own, strangers: [] } : verdict;

  const others = (await channelsOf(deps)).filter(
    (other) =>
      other.channel.id !== addressed.channel.id &&
      foreign.some((account) => isOf(other, account)) &&
      other.connector.verify(request, other.cfg, now, other.channel).ok,
  );
  const channels = [...own, ...others];
  if (channels.length === 0 && !verdict.ok && !accounts.isAuthentic(request, addressed.cfg))
    return verdict;
  const strangers = foreign.filter((account) => !others.some((other) => isOf(other, account)));
  return { channels, strangers };
}

function isOf({ connector, cfg, channel }: Recipient, account: string): boolean {
  return connector.accounts?.isOwn(account, cfg, channel) ?? false;
}

/** All channels in use whose providers share addresses. Configuration is in memory. */
async function channelsOf({
  config,
  connectors,
}: {
  readonly config: Pick<ConfigStore, 'list' | 'channel'>;
  readonly connectors: ReadonlyMap<string, AnyConnector>;
}): Promise<readonly Recipient[]> {
  const found: Recipient[] = [];
  let cursor: string | undefined;
  do {
    const page = await config.list('channels', { limit: PAGE, ...(cursor ? { cursor } : {}) });
    for (const { id } of page.items) {
      const parts = await config.channel(id);
      if (!parts?.channel.enabled || !parts.connector.enabled) continue;
      const connector = connectors.get(parts.connector.providerId);
      if (!connector?.accounts) continue;
      found.push({ channel: parts.channel, connector, cfg: parts.connector.cfg });
    }
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  return found;
}
