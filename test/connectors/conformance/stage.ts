import type { Client } from '@temporalio/client';
import type { InboundEvent } from '../../../connectors/connector';
import { Channel } from '../../../domain/channel/schema';
import type { CustomerMessage } from '../../../domain/conversation/channel-events';
import type { DeliveryReport, IdentifiedCustomer, Stores } from '../../../infra/stores';
import { KeyRing } from '../../../workflows/conversation/key-ring';
import { testApi } from '../../support/api';
import { readAttributes } from '../../support/connectors';
import { fakeStores } from '../../support/fakes/stores';
import type { ConnectorDescription, Posted } from './description';

/** The product's own way in, from the signed request to the conversation's ring; stores and Temporal are objects in memory. */
export interface Stage {
  /** Posts it, signed; answers the status. */
  post(posted: Posted): Promise<number>;
  /** Texts of the messages that the conversation took, in order. */
  readonly taken: readonly CustomerMessage[];
  /** Signals that were sent to it, copies among them. */
  readonly signals: readonly { readonly name: string; readonly event: unknown }[];
  readonly reports: readonly DeliveryReport[];
  readonly unparsed: readonly string[];
  /** Everything that was taken is in the archive from now on. */
  archive(): void;
  /** While true, Temporal answers nothing. */
  temporalDown: boolean;
  readonly events: readonly InboundEvent[];
  /** Media that were put down or asked for. */
  readonly media: readonly unknown[];
  /** Requests to the outside. */
  readonly called: readonly unknown[];
  /** All log lines. */
  readonly logged: string;
}

export function aStage({ connector, channel, signing }: ConnectorDescription): Stage {
  const ring = new KeyRing([]);
  const taken: CustomerMessage[] = [];
  const signals: { name: string; event: unknown }[] = [];
  const reports: DeliveryReport[] = [];
  const unparsed: string[] = [];
  const events: InboundEvent[] = [];
  const media: unknown[] = [];
  const called: unknown[] = [];
  const archived = new Set<string>();
  const [secret] = signing.secrets;
  const attributes = readAttributes(connector, signing.attributes(secret));

  function signalled(name: string, event: unknown): void {
    if (stage.temporalDown) throw new Error('no Temporal');
    signals.push({ name, event });
    if (name !== 'customerMessage') return;
    const message = event as CustomerMessage;
    if (ring.take(message.eventKey)) taken.push(message);
  }
  const temporal = {
    withDeadline: (_at: number, call: () => Promise<unknown>) => call(),
    workflow: {
      signalWithStart: async (
        _type: string,
        { signal, signalArgs }: { signal: { name: string }; signalArgs: unknown[] },
      ) => signalled(signal.name, signalArgs[0]),
      getHandle: () => ({
        signal: async (signal: { name: string }, event: unknown) => signalled(signal.name, event),
      }),
      start: async () => undefined,
    },
  } as unknown as Client;

  const stores = fakeStores({
    config: {
      list: async () => ({ items: [], nextCursor: null }),
      channel: async () => ({
        channel: Channel.parse({ ...channel, connectorId: 'c' }),
        connector: { id: 'c', providerId: connector.id, enabled: true, ...attributes },
      }),
    },
    customers: {
      identify: async ({ identifier }: { identifier: string }): Promise<IdentifiedCustomer> => {
        const customerId = `cus_${identifier}`;
        return { customerId, name: null, anonymous: false, signalTo: customerId, suggestions: [] };
      },
      search: async () => ({ items: [{ id: 'cus_1', name: null }], nextCursor: null }),
    },
    timeline: { isArchived: async (_channel: string, key: string) => archived.has(key) },
    deliveries: {
      report: async (report: DeliveryReport) => {
        reports.push(report);
        return { known: false, signal: null };
      },
      reportUpTo: async () => [],
      reportConsent: async () => undefined,
      isCalling: async () => false,
    },
    unparsed: { keep: async ({ reason }: { reason: string }) => void unparsed.push(reason) },
    media: {
      put: async (input: unknown) => {
        media.push(input);
        return { mediaId: 'med_1' };
      },
      expect: async (input: unknown) => void media.push(input),
    },
  } as unknown as Partial<Stores>);
  const watched = {
    ...connector,
    parse: (...given: Parameters<typeof connector.parse>) => {
      const parsed = connector.parse(...given);
      events.push(...parsed);
      return parsed;
    },
  };
  const outgoing = {
    check: async () => undefined,
    fetch: () => async (url: unknown) => {
      called.push(url);
      throw new Error('no network in this test');
    },
  };
  const connectors = new Map([[connector.id, watched]]);
  const { app, logged } = testApi({ stores, temporal, connectors, outgoing });

  const stage: Stage & { temporalDown: boolean } = {
    temporalDown: false,
    taken,
    signals,
    reports,
    unparsed,
    events,
    media,
    called,
    get logged() {
      return JSON.stringify(logged);
    },
    archive: () => taken.forEach(({ eventKey }) => void archived.add(eventKey)),
    async post(posted) {
      const { url, method, headers, raw } = signing.sign(posted, secret, new Date());
      const { pathname, search } = new URL(url);
      const answer = await app.request(pathname + search, { method, headers, body: raw });
      await answer.arrayBuffer();
      return answer.status;
    },
  };
  return stage;
}
