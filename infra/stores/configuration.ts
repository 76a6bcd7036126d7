import type { Channel } from '../../domain/channel/schema';
import type { ChannelSettings } from '../../domain/channel/settings';
import type { ResourceName } from '../../domain/configuration/resource-names';
import type { Page, PageRequest } from '../page';

export interface StoredResource {
  readonly id: string;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly [field: string]: unknown;
}
/** Configuration with a cache that the change stream keeps fresh: hot paths read `channel()` without a round trip, also while MongoDB is down. */
export interface ConfigStore {
  get(resource: ResourceName, id: string): Promise<StoredResource | null>;
  list(resource: ResourceName, page: PageRequest): Promise<Page<StoredResource>>;
  /** Secrets in plain inside the process; reads through the API mask them. Throws CONFLICT when the id exists. */
  create(
    resource: ResourceName,
    value: Readonly<Record<string, unknown>> & { readonly id: string },
  ): Promise<StoredResource>;
  /** Throws PRECONDITION_FAILED when `version` is not current. */
  replace(
    resource: ResourceName,
    id: string,
    version: number,
    value: Readonly<Record<string, unknown>>,
  ): Promise<StoredResource>;
  /** Throws CONFLICT naming the users of the object. */
  remove(resource: ResourceName, id: string): Promise<void>;
  channelTypeMrd(channelType: string): Promise<string>;
  setChannelTypeMrd(channelType: string, mrdId: string): Promise<void>;
  /** The channel with its connector's decrypted configuration, from the cache; null when unknown. */
  channel(channelId: string): Promise<{
    readonly channel: Channel;
    readonly connector: {
      readonly id: string;
      readonly providerId: string;
      readonly enabled: boolean;
      /** Its attributes with the provider's defaults filled in; as stored where the provider's schema does not take them. */
      readonly cfg: Readonly<Record<string, unknown>>;
      /** Whether the schema takes them: nothing can be sent otherwise. */
      readonly valid: boolean;
    };
  } | null>;
  /** What a session copies of a channel (domain/channel/settings.ts). */
  settings(channelId: string): Promise<ChannelSettings | null>;
}
