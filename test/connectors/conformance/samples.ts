import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type {
  HookChannel,
  HookReply,
  InboundEvent,
  RawRequest,
} from '../../../connectors/connector';
import { MessageBody } from '../../../domain/message/schema';
import type { ConnectorDescription } from './description';

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

const NOW = new Date('2026-11-22T10:00:00.000Z');
const LATER = new Date('2026-11-25T10:00:00.000Z');

/** Recorded requests give the recorded events and answer; a copy that comes days later has the same keys. */
export function sampleSuite({ connector, samples, channel: own }: ConnectorDescription): void {
  if (samples === undefined) return;
  const recorded = new Map(
    readdirSync(samples)
      .map((file) => path.basename(file, '.json'))
      .map((name) => [name, sampleOf(samples, name)] as const)
      .filter(([, { channel }]) => channel.channelType === own.channelType),
  );
  const names = [...recorded.keys()];
  describe('recorded requests', () => {
    it.each(names)('%s', (name) => {
      const { channel, request: given, events: expected, reply } = recorded.get(name) as Sample;
      const request: RawRequest = {
        ...given,
        headers: new Headers(given.headers),
        raw: Buffer.from(given.body),
      };
      const at = (now: Date) => ({ cfg: {}, channel, now });
      const events = connector.parse(request, at(NOW));
      expect(events).toEqual(expected);
      expect(connector.reply(request, events, at(NOW))).toEqual(reply);
      for (const event of events)
        if ('body' in event) expect(MessageBody.safeParse(event.body).error).toBeUndefined();
      expect(new Set(keysOf(events)).size).toBe(events.length);
      expect(keysOf(connector.parse(request, at(LATER)))).toEqual(keysOf(events));
    });
  });
}

function sampleOf(folder: string, name: string): Sample {
  return JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8'));
}

function keysOf(events: readonly InboundEvent[]): readonly string[] {
  return events.map((event) =>
    [event.eventKey, 'providerMessageId' in event ? event.providerMessageId : ''].join(' '),
  );
}
