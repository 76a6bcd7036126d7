import type { DeliveryReceipt } from '../../../domain/conversation/events';
import { type Delivery, mergeReports, type StateReport } from '../../../domain/message/delivery';
import type { Answer } from './provider';

/** News of a delivery as a channel's webhook brings it: by our part id, by the provider's id, or by both. */
export interface Receipt {
  readonly partId: string | null;
  readonly providerMessageId: string | null;
  readonly state: DeliveryReceipt['state'];
  readonly reasonCode: string | null;
  /** ISO UTC. */
  readonly at: string;
}
/** What a conversation is told of. */
const SIGNALLED = ['SENT', 'DELIVERED', 'READ', 'FAILED'] as const;
interface About {
  readonly conversationId: string;
  readonly messageId: string;
  /** A hook wants every change. */
  readonly notifyHook: boolean;
}
interface Call {
  readonly part: string;
  readonly about: About;
  /** From 1. */
  readonly attempt: number;
  readonly answer: Answer;
  readonly again: boolean;
}
interface Row extends About {
  status: 'intended' | 'settled' | 'failed' | 'calling';
  readonly providerIds: Set<string>;
  /** A set by key. */
  readonly reports: Map<string, StateReport>;
}

/**
 * Rows of sends, and what was heard of them, as infra/mongo/send-ledger.ts and delivery-store.ts keep them; here each message has one
 * part. News whose id nobody knows yet waits for the answer that names it.
 */
export class ModelLedger {
  private readonly rows = new Map<string, Row>();
  private readonly parked = new Map<string, Receipt[]>();

  opens(part: string, about: About): void {
    if (this.rows.has(part)) return;
    const row: Row = { ...about, status: 'intended', providerIds: new Set(), reports: new Map() };
    this.rows.set(part, row);
  }
  /** What came of a call. `again`: an earlier one was of unknown outcome. */
  answered({ part, about, attempt, answer, again }: Call, providerId: string, at: string): void {
    const row = this.rows.get(part);
    if (!row) return;
    if (answer === 'refuse') this.fails(part, about, 'Rejected', at);
    if (answer === 'lost') row.status = 'calling';
    if (answer === 'throttle' && !again) row.status = 'intended';
    if (answer !== 'ok') return;
    row.status = 'settled';
    row.providerIds.add(providerId);
    row.reports.set(`send:${attempt}`, { state: 'ACCEPTED', at, reasonCode: null });
    for (const news of this.parked.get(providerId) ?? []) row.reports.set(keyOf(news), news);
    this.parked.delete(providerId);
  }
  /** For good, unless news says that it is out. */
  fails(part: string, about: About, reasonCode: string, at: string): void {
    this.opens(part, about);
    if (this.endOf(part)?.sent) return;
    const row = this.rows.get(part);
    if (!row) return;
    row.status = 'failed';
    row.reports.set(`failed:${reasonCode}`, { state: 'FAILED', at, reasonCode });
  }
  /** Null while it may go on. */
  endOf(part: string): { readonly sent: boolean; readonly reason: string | null } | null {
    const row = this.rows.get(part);
    if (!row) return null;
    const { state, reasonCode } = this.viewOf(part);
    const heard = state !== 'PENDING' && state !== 'FAILED';
    if (row.status === 'settled' || heard) return { sent: true, reason: null };
    const failed = row.status === 'failed' || state === 'FAILED';
    return failed ? { sent: false, reason: reasonCode } : null;
  }

  /** One piece of news; what the message's conversation is to be told. */
  hears(receipt: Receipt): DeliveryReceipt | null {
    const found = this.find(receipt);
    if (!found) {
      const { providerMessageId } = receipt;
      if (providerMessageId === null) return null;
      this.parked.set(providerMessageId, [...(this.parked.get(providerMessageId) ?? []), receipt]);
      return null;
    }
    const [part, { conversationId, messageId, notifyHook, reports }] = found;
    const before = this.viewOf(part).state;
    const key = keyOf(receipt);
    if (!reports.has(key)) reports.set(key, receipt);
    const { state, reasonCode } = this.viewOf(part);
    const told = SIGNALLED.find((signalled) => signalled === state);
    if (!told || state === before || (told !== 'FAILED' && !notifyHook)) return null;
    return { conversationId, messageId, state: told, reasonCode };
  }

  /** What views show of a part. */
  viewOf(part: string): Delivery {
    return mergeReports(this.reportsOf(part));
  }
  get parts(): Iterable<string> {
    return this.rows.keys();
  }
  /** In the order in which they came. */
  reportsOf(part: string): readonly StateReport[] {
    return [...(this.rows.get(part)?.reports.values() ?? [])];
  }

  private find({ partId, providerMessageId }: Receipt): readonly [string, Row] | undefined {
    const own = partId === null ? undefined : this.rows.get(partId);
    if (partId !== null && own) return [partId, own];
    if (providerMessageId === null) return undefined;
    return [...this.rows].find(([, row]) => row.providerIds.has(providerMessageId));
  }
}

/** Copies of the same news have the same key, whenever they come. */
function keyOf({ state, providerMessageId, reasonCode }: Receipt): string {
  return [state, providerMessageId ?? '', reasonCode ?? ''].join('|');
}
