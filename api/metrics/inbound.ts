import { Counter, type Registry } from 'prom-client';
import { ProblemError } from '../../domain/errors';
import type { Ingress } from '../ingress/ingress';
import type { TakeReceipt } from '../ingress/receipts';

/** The ingress, counting what became of each customer's message by channel: accepted, duplicate, refused, unavailable. */
export function countedIngress(ingress: Ingress, registry: Registry): Ingress {
  const messages = new Counter({
    name: 'parley_inbound_messages_total',
    help: 'Messages of customers, by channel and what became of them.',
    labelNames: ['channel', 'outcome'],
    registers: [registry],
  });
  return {
    ...ingress,
    async message(channel, from, news) {
      const count = (outcome: string) => messages.inc({ channel: channel.id, outcome });
      try {
        const taken = await ingress.message(channel, from, news);
        count(taken.duplicate ? 'duplicate' : 'accepted');
        return taken;
      } catch (error) {
        count(isUnavailable(error) ? 'unavailable' : 'refused');
        throw error;
      }
    },
  };
}

/** Receipts, counted by channel and what they report. */
export function countedReceipts(takeReceipt: TakeReceipt, registry: Registry): TakeReceipt {
  const reports = new Counter({
    name: 'parley_delivery_reports_total',
    help: 'News of deliveries that were taken, by channel and state.',
    labelNames: ['channel', 'state'],
    registers: [registry],
  });
  return async (report) => {
    const known = await takeReceipt(report);
    reports.inc({ channel: report.channelId, state: report.state });
    return known;
  };
}

function isUnavailable(error: unknown): boolean {
  return !(error instanceof ProblemError) || error.code === 'UNAVAILABLE';
}
