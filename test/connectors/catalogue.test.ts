import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { connectorOf, PROVIDERS } from '../../connectors';
import type { AnyConnector } from '../../connectors/connector';
import { identifierFits, webchatConnector } from '../../connectors/webchat';
import { folderOf } from '../support/connectors';

const request = {
  method: 'POST',
  url: 'https://a.test/',
  headers: new Headers(),
  raw: new Uint8Array(),
};
const channel = { id: 'web', channelType: 'WEB', serviceIdentifier: 'web' } as const;

describe('the catalogue', () => {
  it('names each provider once, with a strict schema that has a baseUrl', () => {
    expect(PROVIDERS.map(({ id }) => id)).toEqual([
      'webchat',
      'http',
      'twilio',
      'whatsapp-cloud',
      '360dialog',
      'messenger',
      'instagram',
      'viber',
      'telegram',
      'line',
      'email',
    ]);
    for (const { id, attributeSchema, channelTypes, capabilities } of PROVIDERS) {
      const { properties, additionalProperties } = attributeSchema as {
        properties: object;
        additionalProperties: boolean;
      };
      expect(properties).toHaveProperty('baseUrl');
      expect(additionalProperties).toBe(false);
      expect(Object.keys(capabilities)).toEqual([...channelTypes]);
      expect(connectorOf(id)?.id).toBe(id);
    }
    expect(connectorOf('constructor')).toBeNull();
  });

  it.each(PROVIDERS)(
    '$id: secrets are attributes, capabilities fit the declared policy',
    ({ id, attributeSchema, secretAttributes, capabilities, delivery }) => {
      const connector = connectorOf(id) as AnyConnector;
      for (const secret of secretAttributes)
        expect((attributeSchema as { properties: object }).properties).toHaveProperty(
          secret.replace('.', '.properties.'),
        );
      for (const able of Object.values(capabilities)) {
        expect(able.idempotentSend).toBe(able.ambiguousSend === 'exactly-once-with-key');
        if (able.ambiguousSend === 'reconcile-by-lookup') expect(connector.lookup).toBeDefined();
        // A stream shows it by itself (api/conversations/stream-reads.ts).
        if (delivery === 'SEND')
          expect(able.readReceipts.send).toBe(connector.markRead !== undefined);
      }
      expect(delivery).toBe(id === 'webchat' ? 'STREAM' : 'SEND');
    },
  );

  it('Twilio has its own address as default, and may be told another', () => {
    const schema = (connectorOf('twilio') as AnyConnector).configSchema;
    const own = { accountSid: 'AC1', authToken: 't' };
    expect(schema.parse(own)).toMatchObject({ baseUrl: 'https://api.twilio.com' });
    expect(schema.parse({ ...own, baseUrl: 'http://localhost:4000' })).toMatchObject({
      baseUrl: 'http://localhost:4000',
    });
    expect(schema.safeParse({ ...own, apiKeySid: 'SK1' }).success).toBe(false);
  });
});

it('what reads webhooks has no clock, no network and no code of a provider', () => {
  for (const { id } of PROVIDERS) {
    const source = readFileSync(
      path.join(__dirname, '../../connectors', folderOf(id), 'webhook.ts'),
      'utf8',
    );
    expect(source).not.toMatch(/Date\.now|new Date\(\)|\bfetch\b|setTimeout|console|process\./);
    const imported = [...source.matchAll(/from '([^.'][^']*)'/g)].map(([, name]) => name);
    expect(['node:crypto', 'zod']).toEqual(expect.arrayContaining(imported));
  }
});

describe('webchat', () => {
  it('has no webhook and no calls', async () => {
    const cfg = webchatConnector.configSchema.parse({});
    expect(webchatConnector.verify(request, cfg, new Date(), channel)).toEqual({
      ok: false,
      status: 401,
      reason: 'no webhook',
    });
    await expect(webchatConnector.send({} as never, {} as never)).rejects.toMatchObject({
      type: 'Rejected',
    });
  });

  it('knows a visitor by the hash of the identifier', () => {
    const hash = (identifier: string, secret: string) =>
      createHmac('sha256', secret).update(identifier).digest('hex');
    const cfg = { identitySecret: 'new,old' };
    expect(identifierFits(cfg, 'ana', hash('ana', 'new'))).toBe(true);
    expect(identifierFits(cfg, 'ana', hash('ana', 'old').toUpperCase())).toBe(true);
    for (const [identifier, given] of [
      ['ana', hash('bob', 'new')],
      ['ana', hash('ana', 'other')],
      ['ana', hash('ana', 'new').slice(1)],
      ['ana', ''],
      ['ana', undefined],
      ['', hash('', 'new')],
      [undefined, hash('ana', 'new')],
    ])
      expect(identifierFits(cfg, identifier, given)).toBe(false);
    expect(identifierFits({}, 'ana', hash('ana', ''))).toBe(false);
  });
});
