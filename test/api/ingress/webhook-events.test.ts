import { takeEvents, type WebhookEventDeps } from '../../../api/ingress/webhook-events';
import type { InboundEvent } from '../../../connectors/connector';
import { aChannel } from '../../support/stores';

it.each(['optedOut', 'optedIn'] as const)(
  '%s is kept under the name that sends go to',
  async (kind) => {
    const told: unknown[] = [];
    const reportConsent = async (consent: unknown) => void told.push(consent);
    const deps = { stores: { deliveries: { reportConsent } } } as unknown as WebhookEventDeps;
    const at = '2026-11-22T10:00:00.000Z';
    const externalUser = { id: 'whatsapp:+15550002222' };
    const base = { channelId: 'whatsapp', eventKey: 'consent:SM1', occurredAt: at };
    const event: InboundEvent = { ...base, kind, externalUser };
    const evidence = { raw: new Uint8Array(), contentType: null };
    const outcome = await takeEvents(deps, aChannel('WHATSAPP'), [event], evidence);
    expect(outcome).toEqual({ accepted: 1, duplicates: 0 });
    expect(told).toEqual([
      { channelId: 'whatsapp', recipient: '+15550002222', kind, eventKey: 'consent:SM1', at },
    ]);
  },
);
