import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { connectorOf } from '../../connectors';
import type { HookChannel, HookReply, InboundEvent, RawRequest } from '../../connectors/connector';
import { MessageBody } from '../../domain/message/schema';
import { folderOf } from '../support/connectors';

interface Sample {
  readonly channel: HookChannel;
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers: Record<string, string>;
    readonly body: string;
  };
  readonly events: readonly InboundEvent[];
  readonly reply: HookReply;
}

const ROOT = path.join(__dirname, '../../connectors');
const NOW = new Date('2026-11-22T10:00:00.000Z');

const PROVIDERS = [
  'twilio',
  'http',
  'whatsapp-cloud',
  '360dialog',
  'messenger',
  'instagram',
  'viber',
  'telegram',
  'line',
];

describe.each(PROVIDERS)('%s: recorded requests', (provider) => {
  const connector = connectorOf(provider);
  const folder = path.join(ROOT, folderOf(provider), 'samples');
  const read = (name: string): Sample => JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
  const own = readdirSync(folder).filter((name) =>
    connector?.channelTypes.includes(read(name).channel.channelType),
  );
  it.each(own.map((file) => path.basename(file, '.json')))('%s', (name) => {
    const sample = read(`${name}.json`);
    const { method, url, headers, body } = sample.request;
    const request: RawRequest = {
      method,
      url,
      headers: new Headers(headers),
      raw: Buffer.from(body),
    };
    const context = { cfg: {}, channel: sample.channel, now: NOW };
    const events = connector?.parse(request, context) ?? [];
    expect(events).toEqual(sample.events);
    expect(connector?.reply(request, events, context)).toEqual(sample.reply);
    for (const event of events)
      if ('body' in event) expect(MessageBody.safeParse(event.body).error).toBeUndefined();
    const keys = events.map(({ eventKey }) => eventKey);
    expect(new Set(keys).size).toBe(keys.length);
  });
});
