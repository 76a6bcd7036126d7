import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { connectorOf } from '../../connectors';
import type { HookChannel, HookReply, InboundEvent, RawRequest } from '../../connectors/connector';
import { MessageBody } from '../../domain/message/schema';

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

describe.each(['twilio', 'http', 'viber', 'telegram', 'line'])(
  '%s: recorded requests',
  (provider) => {
    const connector = connectorOf(provider);
    const folder = path.join(ROOT, provider, 'samples');
    it.each(readdirSync(folder).map((file) => path.basename(file, '.json')))('%s', (name) => {
      const sample: Sample = JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8'));
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
  },
);
