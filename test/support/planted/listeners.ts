import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import WebSocket from 'ws';
import { eventually } from '../live-api';
import { type Ground, taken } from './ground';
import { DIRECT_SECRET } from './other-ways';
import type { Reader } from './readers';

/** Streams that stay open while something is planted. */
export interface Listeners {
  /** Everything that came, by stream. */
  heard(): ReadonlyMap<string, string>;
  close(): Promise<void>;
}

/** Follows these streams; each must open, and tell something at once or later. */
export async function listenTo(
  ground: Ground,
  streams: readonly { readonly token: string; readonly path: string }[],
): Promise<Listeners> {
  const heard = new Map<string, string>();
  const open = await Promise.all(
    streams.map(async ({ token, path }) => {
      const answer = await ground.ask('GET', path, { token });
      if (!answer.ok || !answer.body) throw new Error(`${path}: ${answer.status}`);
      heard.set(path, '');
      const reader = answer.body.getReader();
      const done = follow(reader, (text) => heard.set(path, (heard.get(path) ?? '') + text));
      return { reader, done };
    }),
  );
  return {
    heard: () => heard,
    async close() {
      for (const { reader, done } of open) {
        await reader.cancel().catch(() => undefined); // its api may have been killed
        await done;
      }
    },
  };
}

/** Two more visitors, on the WebSockets of Direct Line and of deep-chat. Each has said something of their own; closed, they have left. */
export async function listenOnSockets(ground: Ground): Promise<Listeners> {
  const heard = new Map<string, string>();
  const open = async (address: string) => {
    const socket = new WebSocket(address);
    const { pathname } = new URL(address);
    heard.set(pathname, '');
    socket.on('message', (frame) => heard.set(pathname, `${heard.get(pathname)}${frame}`));
    socket.on('error', () => undefined); // its api may have been killed
    await once(socket, 'open');
    return socket;
  };
  const user = { id: `dl_${randomUUID()}`, name: 'Somebody else' };
  const generate = { token: DIRECT_SECRET, body: { user } };
  const { token } = await taken(ground, 'POST', '/directline/direct/tokens/generate', generate);
  const asUser = (path: string, body: object) =>
    taken(ground, 'POST', `/directline/direct/conversations${path}`, {
      token: String(token),
      body,
    });
  const { conversationId, streamUrl } = await asUser('', { user });
  const direct = await open(String(streamUrl));
  const activity = { type: 'message', from: user, text: 'Hello of my own' };
  await asUser(`/${conversationId}/activities`, activity);

  const { web } = ground.channels;
  const session = await taken(ground, 'POST', `/webchat/${web}/sessions`, {
    ...{ token: null, body: { customer: { name: 'Somebody else' } } },
  });
  const { origin } = new URL(String(streamUrl));
  const deep = await open(`${origin}/deepchat/${web}/socket?token=${session['token']}`);
  deep.send(JSON.stringify({ messages: [{ role: 'user', text: 'Hello of my own' }] }));
  return {
    heard: () => heard,
    async close() {
      for (const socket of [direct, deep]) socket.terminate();
      await asUser(`/${conversationId}/activities`, { type: 'endOfConversation', from: user });
      await taken(ground, 'DELETE', '/webchat/session', { token: String(session['token']) });
    },
  };
}

async function follow(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  take: (text: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read())
      take(decoder.decode(chunk.value, { stream: true }));
  } catch {
    // Cut off.
  }
}

/** The streams of strangers that are about themselves. */
export function ownStreamsOf(strangers: readonly Reader[]) {
  const own: Readonly<Record<string, string>> = {
    agent: '/v1/agents/agt_ben/events',
    customer: '/webchat/events',
  };
  return strangers.flatMap(({ role, token }) => (own[role] ? [{ token, path: own[role] }] : []));
}

/** Statuses that strangers get when they ask for streams that are about somebody else. */
export async function foreignStreams(
  ground: Ground,
  strangers: readonly Reader[],
  conversationIds: readonly string[],
): Promise<readonly number[]> {
  const paths = [
    `/v1/agents/${ground.agentId}/events`,
    '/v1/stats/events',
    ...conversationIds.map((id) => `/v1/conversations/${id}/events`),
  ];
  const statuses: number[] = [];
  for (const { token } of strangers)
    for (const path of paths) {
      const answer = await ground.ask('GET', path, { token });
      await answer.body?.cancel();
      statuses.push(answer.status);
    }
  return statuses;
}

/** Whoever may follow a conversation hears the text on its stream: the search finds what is there. */
export async function heardByWhomeverItIsFor(
  ground: Ground,
  conversationId: string,
  text: string,
): Promise<void> {
  const path = `/v1/conversations/${conversationId}/events`;
  const { token } = await taken(ground, 'POST', '/v1/tokens', {
    body: { role: 'operator', subject: 'listener' },
  });
  const listeners = await listenTo(ground, [{ token: String(token), path }]);
  await eventually(async () => listeners.heard().get(path)?.includes(text));
  await listeners.close();
}
