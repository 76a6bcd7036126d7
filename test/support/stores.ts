import { z } from 'zod';
import type { Channel } from '../../domain/channel/schema';
import { Channel as ChannelSchema } from '../../domain/channel/schema';
import type { ChannelType } from '../../domain/channel/types';
import type { ConnectorFacts } from '../../infra/mongo/channel-settings';
import { createStores, type OpenStores, type StoresDeps } from '../../infra/mongo/stores';
import { useDatabase } from './servers';

/** Enough of a connector for stores: one secret at the first level and one below it. */
export const fakeConnectorFacts: ConnectorFacts = {
  secretAttributes: ['token', 'smtp.password'],
  configSchema: z.looseObject({ baseUrl: z.string().default('https://provider.example') }),
  delivery: 'SEND',
  capabilities: () => ({
    typing: false,
    readReceipts: { send: false, receive: false },
    reactions: false,
    replies: false,
    templates: false,
    media: { kinds: [], maxBytes: {}, captionMax: 0 },
    text: { max: 1000 },
    buttons: null,
    deliveryStates: ['SENT', 'DELIVERED'],
    idempotentSend: false,
    window: { hours: 24, outside: 'template' },
    rate: {},
    ambiguousSend: 'at-most-once',
  }),
};

export const SECRET = 'a secret of the tests, long enough';

/** Every store on a database of the test file's own. */
export function useStores(): () => { readonly stores: OpenStores; readonly uri: string } {
  const database = useDatabase();
  let stores: OpenStores | undefined;
  beforeAll(async () => {
    stores = await openStores(database().uri);
  });
  afterAll(() => stores?.close());
  return () => {
    if (!stores) throw new Error('useStores() is ready inside tests and hooks, not before.');
    return { stores, uri: database().uri };
  };
}

export function openStores(uri: string, given: Partial<StoresDeps> = {}): Promise<OpenStores> {
  return createStores({
    mongodbUri: uri,
    secrets: [SECRET],
    connectorFacts: (providerId) => (providerId === 'fake' ? fakeConnectorFacts : null),
    logger: { warn: () => undefined, error: () => undefined },
    ...given,
  });
}

/** A channel as it is configured, defaults filled in. */
export function aChannel(channelType: ChannelType, given: Partial<Channel> = {}): Channel {
  const id = given.id ?? channelType.toLowerCase();
  const fields = {
    id,
    channelType,
    serviceIdentifier: `service-${id}`,
    connectorId: 'main',
    ...given,
  };
  return ChannelSchema.parse(fields);
}
