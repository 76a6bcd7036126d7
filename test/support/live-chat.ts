import { randomUUID } from 'node:crypto';
import { eventually, type LiveApi } from './live-api';

export interface LiveConversation {
  readonly id: string;
  readonly customerId: string;
  readonly identifier: string;
  readonly path: string;
}

/** A customer has written on the generic channel: the conversation, once it is archived. */
export async function aLiveConversation(
  live: LiveApi,
  text = 'Hello',
  identifier = `user-${randomUUID()}`,
): Promise<LiveConversation> {
  const customerId = await customerWrites(live, identifier, text);
  const { id } = await eventually(() => live.stores.conversations.openOf(customerId));
  return { id, customerId, identifier, path: `/v1/conversations/${id}` };
}

/** One more message; the customer's id. */
export async function customerWrites(
  live: LiveApi,
  identifier: string,
  text: string,
): Promise<string> {
  const token = await live.tokenFor('connector', 'partner');
  const answer = await live.call('POST', '/v1/channels/generic/messages', {
    token,
    body: {
      providerMessageId: `p-${randomUUID()}`,
      customer: { identifier, name: 'Ana' },
      body: { type: 'PLAIN', text },
    },
  });
  if (answer.status !== 202) throw new Error(`${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { customerId: string }).customerId;
}

/** One event of a stream, as it came. */
export interface StreamEvent {
  readonly id: string | null;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** Reads a stream as a browser does. */
export class EventReader {
  readonly events: StreamEvent[] = [];
  readonly comments: string[] = [];
  closed = false;
  private readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  private readonly done: Promise<void>;

  constructor(readonly answer: Response) {
    if (!answer.body) throw new Error('no body');
    this.reader = answer.body.getReader();
    this.done = this.pump();
  }

  /** Entries alone: what has an id. */
  get entries(): StreamEvent[] {
    return this.events.filter(({ id }) => id !== null);
  }
  get seqs(): number[] {
    return this.entries.map(({ data }) => data['seq'] as number);
  }
  get lastId(): string {
    return this.entries.at(-1)?.id ?? '';
  }
  /** Waits until the events so far satisfy. */
  async until(enough: (events: readonly StreamEvent[]) => boolean): Promise<void> {
    await eventually(async () => enough(this.events));
  }
  async close(): Promise<void> {
    await this.reader.cancel();
    await this.done;
  }

  private async pump(): Promise<void> {
    const decoder = new TextDecoder();
    let rest = '';
    try {
      for (;;) {
        const { done, value } = await this.reader.read();
        if (done) break;
        rest += decoder.decode(value, { stream: true });
        const blocks = rest.split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks) this.take(block);
      }
    } catch {
      // Cut off.
    }
    this.closed = true;
  }

  private take(block: string): void {
    const fields = block.split('\n').map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trimStart()] as const;
    });
    const field = (name: string) => fields.find(([key]) => key === name)?.[1];
    const data = field('data');
    if (data === undefined) this.comments.push(block);
    else
      this.events.push({
        id: field('id') ?? null,
        event: field('event') ?? 'message',
        data: JSON.parse(data) as Record<string, unknown>,
      });
  }
}
