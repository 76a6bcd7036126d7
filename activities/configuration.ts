import { ApplicationFailure } from '@temporalio/common';
import type { ResourceName } from '../domain/configuration/resource-names';
import type { OutOfHours } from '../domain/conversation/acts';
import { isOpen, nextOpening } from '../domain/routing/calendar';
import { queueFacts } from '../domain/routing/queue-facts';
import type { Calendar } from '../domain/routing/schema';
import type { ConfigStore, StoredResource } from '../infra/stores';
import { isUnavailable } from './send-failures';
import type { ConversationActivities } from './types';

export interface ConfigurationDeps {
  readonly config: Pick<ConfigStore, 'settings' | 'get'>;
}

/** What a conversation reads of the configuration, from this process's cache: it is answered while MongoDB is down, too. */
export function createConfigurationActivities({ config }: ConfigurationDeps) {
  return {
    async loadChannel({ channelId, at }) {
      const settings = await config.settings(channelId);
      // MongoDB answered and there is none: its signal came before it was removed.
      if (!settings)
        throw ApplicationFailure.nonRetryable(`There is no channel ${channelId}`, 'NOT_FOUND');
      const channel = await known('channels', channelId);
      return { settings, outOfHours: await outOfHours(channel?.['calendarId'], at) };
    },

    async loadRequestFacts({ channelId, queueId, at }) {
      const [queue, channel] = await Promise.all([
        queueId === null ? null : known('queues', queueId),
        known('channels', channelId),
      ]);
      const calendarId = queue?.['calendarId'] ?? channel?.['calendarId'];
      return { queue: queue && queueFacts(queue), outOfHours: await outOfHours(calendarId, at) };
    },
  } satisfies Partial<ConversationActivities>;

  /** The verdict of a calendar (domain.md 6.10). No calendar is always open; so is one that nobody knows. */
  async function outOfHours(calendarId: unknown, at: string): Promise<OutOfHours | null> {
    const found = typeof calendarId === 'string' ? await known('calendars', calendarId) : null;
    if (!found) return null;
    const calendar = found as unknown as Calendar; // parsed by its schema when it was saved
    if (isOpen(calendar, at)) return null;
    return { calendarId: found.id, opensAt: nextOpening(calendar, at) };
  }

  /** Null also while MongoDB is down and this process has not heard of it. */
  async function known(resource: ResourceName, id: string): Promise<StoredResource | null> {
    try {
      return await config.get(resource, id);
    } catch (error) {
      if (isUnavailable(error)) return null;
      throw error;
    }
  }
}
