import type { Planted } from './customer';
import { type Ground, taken } from './ground';

/** Somebody who reads, and what of it they may read of anybody. */
export interface Reader {
  readonly role: string;
  readonly token: string;
  /** Beginnings of routes. */
  readonly spared: readonly string[];
}

/** An agent who has no part in it, and another visitor. */
export async function strangersTo(
  ground: Ground,
): Promise<readonly (Reader & { readonly atLeast: number })[]> {
  const { token } = await taken(ground, 'POST', '/v1/tokens', {
    body: { role: 'agent', subject: 'agt_ben' },
  });
  const visitor = await taken(ground, 'POST', `/webchat/${ground.channels.web}/sessions`, {
    token: null,
    body: { channelData: { formData: { topic: 'another' } } },
  });
  return [
    // Agents look all customers up, to link and merge them.
    { role: 'agent', token: String(token), spared: ['/v1/customers'], atLeast: 20 },
    { role: 'customer', token: String(visitor['token']), spared: [], atLeast: 2 },
  ];
}

interface Document {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly 'x-roles': readonly string[] }>>>
  >;
}
/** Streams never end. */
const STREAM = /\/(events|stream|socket)$/;

/**
 * Everything that the reader may `GET`, by our own document, asked with every id of the planted customer: how many answers, and which
 * of them held one of the texts.
 */
export async function everythingThatIsRead(
  ground: Ground,
  { role, token, spared }: Reader,
  planted: Planted,
  texts: readonly string[],
): Promise<{ readonly walked: number; readonly told: readonly string[] }> {
  const { paths } = (await taken(ground, 'GET', '/openapi.json')) as unknown as Document;
  const routes = Object.entries(paths)
    .filter(([, { get }]) => get?.['x-roles'].includes(role))
    .map(([route]) => route)
    .filter((route) => !STREAM.test(route) && !spared.some((start) => route.startsWith(start)));
  const asked = new Set(routes.flatMap((route) => pathsOf(route, ground, planted)));
  const told: string[] = [];
  for (const path of asked) {
    const answer = await ground.ask('GET', path, { token });
    const text = Buffer.from(await answer.arrayBuffer()).toString('latin1');
    if (texts.some((planted) => text.includes(planted))) told.push(`${role} ${path}`);
  }
  return { walked: asked.size, told };
}

function pathsOf(
  route: string,
  { channels, agentId }: Ground,
  { conversationIds, customerIds, mediaIds }: Planted,
): readonly string[] {
  const every: Readonly<Record<string, readonly string[]>> = {
    conversation: conversationIds,
    customer: customerIds,
    media: mediaIds,
    channel: Object.values(channels),
    agent: [agentId],
  };
  const idsOf = (name: string, before: string) => {
    const [kind = ''] = Object.keys(every).filter((one) =>
      name === 'id' ? before.includes(`/${one}s/`) : name === `${one}Id`,
    );
    return every[kind] ?? ['none'];
  };
  let paths: readonly string[] = [''];
  let rest = route;
  for (let at = /\{(\w+)\}/.exec(rest); at; at = /\{(\w+)\}/.exec(rest)) {
    const before = rest.slice(0, at.index);
    const ids = idsOf(at[1] ?? '', before);
    paths = paths.flatMap((path) => ids.map((id) => `${path}${before}${id}`));
    rest = rest.slice(at.index + at[0].length);
  }
  return paths.map((path) => path + rest);
}
