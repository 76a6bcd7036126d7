import fc from 'fast-check';
import { MessageBody } from '../../../domain/message/schema';
import type { ConnectorDescription, Posted } from './description';
import { aStage } from './stage';

const OK = [200, 201, 202, 204];
/** Bodies that hold nothing for anybody. */
const NOTHING = [
  '',
  'null',
  '[]',
  '{}',
  '0',
  '"x"',
  '{"events":[null,1,"x",{}]}',
  '\u0000',
  '{"a":',
];

/** Once, in order, and never lost: whatever is posted how often (connectors.md 1.2). */
export function inboundSuite(description: ConnectorDescription): void {
  const {
    text,
    signing,
    poison = [],
    poisonStatuses = [200],
    wordsOf: words = wordsOf,
  } = description;

  describe('inbound', () => {
    it.each([1, 5, 100])('a message that comes %i times at once is one message', async (times) => {
      const stage = aStage(description);
      const copies = Array.from({ length: times }, () => stage.post(text('Hello', 'id-1')));
      for (const status of await Promise.all(copies)) expect(OK).toContain(status);
      expect(stage.taken.map(words)).toEqual(['Hello']);
      const ids = stage.signals.map(({ event }) => (event as { messageId: string }).messageId);
      expect(new Set(ids).size).toBe(1);
    });

    it('a copy of something archived long ago is not even signalled', async () => {
      const stage = aStage(description);
      await stage.post(text('Hello', 'id-1'));
      stage.archive();
      expect(OK).toContain(await stage.post(text('Hello', 'id-1')));
      expect(stage.signals).toHaveLength(1);
    });

    it('equal words under two ids are two messages, in the order in which they came', async () => {
      const stage = aStage(description);
      for (const [words, id] of [
        ['one', 'id-1'],
        ['two', 'id-2'],
        ['two', 'id-3'],
        ['one', 'id-1'],
      ] as const)
        expect(OK).toContain(await stage.post(text(words, id)));
      expect(stage.taken.map(words)).toEqual(['one', 'two', 'two']);
    });

    it('is answered 2xx only once it is kept, and then taken once', async () => {
      const stage = aStage(description);
      stage.temporalDown = true;
      expect(await stage.post(text('Hello', 'id-1'))).toBeGreaterThanOrEqual(500);
      expect(stage.taken).toEqual([]);
      stage.temporalDown = false;
      expect(OK).toContain(await stage.post(text('Hello', 'id-1')));
      expect(stage.taken).toHaveLength(1);
    });

    it('M1: a forged one has no effect: nothing stored, fetched or logged of it', async () => {
      const stage = aStage({
        ...description,
        signing: {
          ...signing,
          sign: (posted, _secret, now) => signing.sign(posted, signing.secrets[1], now),
        },
      });
      expect(await stage.post(text('Hello canary', 'id-1'))).toBe(signing.status);
      const { signals, events, unparsed, reports, media, called } = stage;
      const effects = { signals, events, unparsed, reports, media, called };
      for (const effect of Object.values(effects)) expect(effect).toEqual([]);
      expect(stage.logged).toContain('a webhook was refused');
      expect(stage.logged).not.toContain('canary');
    });

    it('what nobody can use is kept or passed over, and never asked for again', async () => {
      const stage = aStage(description);
      const bodies = [...NOTHING.map((body): Posted => ({ body })), ...poison];
      for (const posted of bodies) {
        const status = await stage.post(posted);
        if (status !== signing.status) expect([...OK, ...poisonStatuses]).toContain(status);
      }
      expect(stage.taken).toEqual([]);
      expect(OK).toContain(await stage.post(text('Hello', 'id-1')));
      expect(stage.taken).toHaveLength(1);
    });

    it('a message with any member replaced stops nothing, and what comes of it is sound', async () => {
      const stage = aStage(description);
      const { body, query } = text('Hello', 'id-1');
      await fc.assert(
        fc.asyncProperty(fc.nat(40), fc.json({ maxDepth: 2 }), async (at, value) => {
          const changed = withMember(body, at, value);
          const status = await stage.post({ body: changed, ...(query && { query }) });
          if (status !== signing.status) expect([...OK, ...poisonStatuses]).toContain(status);
        }),
        { numRuns: 60 },
      );
      for (const { body: taken } of stage.taken)
        expect(MessageBody.safeParse(taken).error).toBeUndefined();
      for (const event of stage.events) expect(event.eventKey).not.toBe('');
    });
  });
}

function wordsOf({ body }: { readonly body: MessageBody }): string | undefined {
  return 'text' in body ? body.text : undefined;
}

/** The body with its `at`-th value replaced: of JSON a member at any depth, of a form a parameter. */
function withMember(body: string, at: number, value: string): string {
  if (!body.startsWith('{')) {
    const params = [...new URLSearchParams(body)];
    const changed = params.map(([name, own], index): [string, string] =>
      index === at % params.length ? [name, value] : [name, own],
    );
    return new URLSearchParams(changed).toString();
  }
  let count = 0;
  const walk = (node: unknown): unknown => {
    if (typeof node !== 'object' || node === null) return node;
    const entries = Object.entries(node).map(([key, own]) => {
      count += 1;
      return [key, count - 1 === at ? JSON.parse(value) : walk(own)];
    });
    return Array.isArray(node) ? entries.map(([, own]) => own) : Object.fromEntries(entries);
  };
  return JSON.stringify(walk(JSON.parse(body)));
}
