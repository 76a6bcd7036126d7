import type { ResourceName } from '../../infra/stores';
import type { ApiLogger } from '../context';
import type { RoutingDesk } from './desk';

/** What routing reads of the administrator's objects. */
const ROUTED: ReadonlySet<ResourceName> = new Set<ResourceName>([
  'mrds',
  'queues',
  'agents',
  'routing-attributes',
  'calendars',
]);
/** Milliseconds until routing is told again after it could not be. */
const RETRY_MS = 5_000;

export interface ConfigurationNews {
  /** Has routing read its configuration again. Never fails: what it could not be told now it is told later. */
  tell(): Promise<void>;
  /** The same, where the object is one that routing knows of. */
  changed(resource: ResourceName): Promise<void>;
}

export function createConfigurationNews(
  desk: Pick<RoutingDesk, 'configurationChanged'>,
  logger: ApiLogger,
): ConfigurationNews {
  let again: NodeJS.Timeout | null = null;

  async function tell(): Promise<void> {
    try {
      await desk.configurationChanged();
    } catch (err) {
      if (again) return;
      logger.warn({ err }, 'routing is told of the new configuration later');
      again = setTimeout(() => {
        again = null;
        void tell(); // it never throws
      }, RETRY_MS);
      again.unref();
    }
  }
  return {
    tell,
    async changed(resource) {
      if (ROUTED.has(resource)) await tell();
    },
  };
}
