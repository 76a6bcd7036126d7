import type { Actor } from '../../domain/conversation/actor';
import type { Page, PageRequest } from '../page';

export interface AuditLog {
  record(row: {
    readonly actor: Actor | { readonly type: string; readonly id: string };
    readonly action: string;
    readonly target: string;
    readonly before?: unknown;
    readonly after?: unknown;
    readonly requestId?: string;
  }): Promise<void>;
  list(
    filter: {
      readonly actorId?: string;
      readonly action?: string;
      readonly target?: string;
      readonly from?: string;
      readonly to?: string;
    },
    page: PageRequest,
  ): Promise<Page<Readonly<Record<string, unknown>>>>;
}
