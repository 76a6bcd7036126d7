import { takeEvents, type WebhookEventDeps } from '../../../api/ingress/webhook-events';
import type { InboundEvent } from '../../../connectors/connector';
import { aChannel } from '../../support/stores';

it.each([
  ['optedOut', 'ASKED'],
  ['optedIn', null],
] as const)(
  '%s is kept under the name that sends go to, and told to the open conversation',
  async (kind, optedOut) => {
    const told: unknown[] = [];
    const reportConsent = async (consent: unknown) => void told.push(consent);
    const channelDataUpdated = async (
      ...[{ id }, identifier, update]: [{ id: string }, string, object]
    ) => void told.push({ id, identifier, ...update });
    const deps = {
      stores: { deliveries: { reportConsent } },
      ingress: { channelDataUpdated },
    } as unknown as WebhookEventDeps;
    const at = '2026-11-22T10:00:00.000Z';
    const externalUser = { id: 'whatsapp:+15550002222' };
    const base = { channelId: 'whatsapp', eventKey: 'consent:SM1', occurredAt: at };
    const event: InboundEvent = { ...base, kind, externalUser };
    const evidence = { raw: new Uint8Array(), contentType: null };
    const outcome = await takeEvents(deps, aChannel('WHATSAPP'), [event], evidence);
    expect(outcome).toEqual({ accepted: 1, duplicates: 0 });
    expect(told).toEqual([
      { channelId: 'whatsapp', recipient: '+15550002222', kind, eventKey: 'consent:SM1', at },
      {
        id: 'whatsapp',
        identifier: 'whatsapp:+15550002222',
        key: 'consent:SM1',
        channelData: { optedOut },
      },
    ]);
  },
);
