import type {
  AnyConnector,
  HookContext,
  InboundEvent,
  RawRequest,
} from '../../connectors/connector';

/** Events of a verified request. One that the connector cannot read at all is left to be kept: a repeat would not mend it. */
export async function readEvents(
  connector: AnyConnector,
  raw: RawRequest,
  context: HookContext<unknown>,
): Promise<readonly InboundEvent[]> {
  try {
    const document = await connector.read?.(raw);
    return connector.parse(raw, { ...context, document });
  } catch {
    const channelId = context.channel.id;
    const occurredAt = context.now.toISOString();
    const reason = 'the body cannot be read';
    return [{ kind: 'unparsed', channelId, eventKey: 'raw', occurredAt, reason }];
  }
}
