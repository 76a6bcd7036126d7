import type {
  AnyConnector,
  OutboundPart,
  SendContext,
  SendResult,
} from '../../connectors/connector';
import type { ChannelType } from '../../domain/channel/types';
import { type Plan, planParts } from '../../domain/message/outbound';
import type { MessageBody } from '../../domain/message/schema';
import { createOutgoing } from '../../infra/outgoing';
import { anOutboundPart } from './outbound-part';

/** Our links to media, as parts carry them. */
export const LINKS = { m1: 'https://parley.test/m/1' };

export interface ProviderStage {
  /** What a call is given: guarded network, short patience. `over`: attributes that differ. */
  context(over?: object): SendContext<never>;
  send(part?: Partial<OutboundPart>, over?: object): Promise<SendResult>;
  /** What a body becomes for this connector. */
  plan(body: MessageBody): Plan;
}

/** One connector before its fake. `attributes` are read at each call: the fake's address changes with each test. */
export function providerStage(
  connector: AnyConnector,
  attributes: () => object,
  part: { readonly to: string; readonly channelType: ChannelType },
): ProviderStage {
  const outgoing = createOutgoing({ allowedPrivateHosts: ['127.0.0.1'] });
  function context(over: object = {}) {
    const cfg = connector.configSchema.parse({ ...attributes(), ...over });
    return {
      cfg: cfg as never,
      baseUrl: String(cfg.baseUrl),
      fetch: outgoing.fetch({ timeoutMs: 500 }),
      signal: AbortSignal.timeout(5000),
      now: () => new Date(),
    };
  }
  return {
    context,
    send: (given = {}, over = {}) =>
      connector.send(anOutboundPart({ mediaUrls: LINKS, ...part, ...given }), context(over)),
    plan: (body) =>
      planParts(body, connector.capabilities(context().cfg, part.channelType), {
        linkOf: (id) => `https://parley.test/${id}`,
      }),
  };
}
