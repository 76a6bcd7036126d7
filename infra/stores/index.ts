import type { IdempotencyStore, TicketStore, TokenStore } from './access';
import type { AuditLog } from './audit';
import type { ConfigStore } from './configuration';
import type { ConversationStore } from './conversations';
import type { CustomerStore } from './customers';
import type { DeliveryStore } from './deliveries';
import type { HookRegistrationStore } from './hook-registrations';
import type { MediaStore } from './media';
import type { JobStore } from './privacy';
import type { ReadMarkStore } from './read-marks';
import type { ReportStore, TaskStore } from './reports';
import type { PresenceStore, RoutingStore } from './routing';
import type { ArchiveStore, ChangeFeed, TimelineStore } from './timeline';
import type { UnparsedStore } from './unparsed';
import type { WebhookDeliveryStore } from './webhooks';

/**
 * What the rest of the product needs of MongoDB, as interfaces: `infra/mongo/` implements them, entry points hand them down.
 * Every method may throw `ProblemError('UNAVAILABLE')` while MongoDB is down. Lists cost the same whatever the collection's size:
 * by range on an index, newest first unless said otherwise; `cursor` is opaque, a bad one throws `VALIDATION_FAILED`.
 */

export { RESOURCE_NAMES, type ResourceName } from '../../domain/configuration/resource-names';
export type { Page, PageRequest } from '../page';
export type * from './access';
export type * from './audit';
export type * from './configuration';
export type * from './conversations';
export type * from './customers';
export type * from './deliveries';
export type * from './media';
export type * from './timeline';
export type * from './unparsed';

/** All of them, as entry points hand them down. */
export interface Stores {
  readonly timeline: TimelineStore;
  readonly archive: ArchiveStore;
  readonly feed: ChangeFeed;
  readonly conversations: ConversationStore;
  readonly tasks: TaskStore;
  readonly routing: RoutingStore;
  readonly presence: PresenceStore;
  readonly jobs: JobStore;
  readonly reports: ReportStore;
  readonly customers: CustomerStore;
  readonly deliveries: DeliveryStore;
  readonly readMarks: ReadMarkStore;
  readonly config: ConfigStore;
  readonly tokens: TokenStore;
  readonly idempotency: IdempotencyStore;
  readonly tickets: TicketStore;
  readonly media: MediaStore;
  readonly audit: AuditLog;
  readonly unparsed: UnparsedStore;
  readonly webhooks: WebhookDeliveryStore;
  readonly hookRegistrations: HookRegistrationStore;
  /** Throws when MongoDB does not answer in a second. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
