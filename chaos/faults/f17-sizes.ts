import { request } from 'node:http';
import { tokenOf } from '../load/api';
import { withTemporal } from '../load/collect';
import { runsOf } from '../load/histories';
import type { Acting, Fault } from './fault';

const KIB = 1024;
const INLINE_BYTES = 64 * KIB;
/** What fits into the sockets and the link on the way: written by the caller, read by nobody. */
const MOST_UNREAD_BYTES = 32 * KIB * KIB;
/** A signal carries the message and what is known of its customer. */
const ENVELOPE_BYTES = 24 * KIB;

export const sizes: Fault = {
  id: 'F17',
  what: '63 KiB, 65 KiB, 257 KiB, 2.1 MB, 200 MB stream, length header with chunked body',
  async play(acting) {
    const { scene, crew } = acting;
    await scene.enter();
    const identifier = `large-${scene.name}`;
    const post = (text: string) =>
      crew.speaking.connector.fetch('POST', '/v1/channels/generic/messages', {
        providerMessageId: scene.newKey(),
        customer: { identifier },
        body: { type: 'PLAIN', text },
      });
    const wanted: readonly (readonly [what: string, text: string, statuses: readonly number[]])[] =
      [
        ['63 KiB', 'x'.repeat(31_500) + 'ж'.repeat(16_000), [202]],
        ['65 KiB', 'x'.repeat(65 * KIB), [202]],
        ['257 KiB', 'x'.repeat(257 * KIB), [413]],
        ['2.1 MB', 'x'.repeat(2_100_000), [413]],
      ];
    for (const [what, text, statuses] of wanted) {
      const answer = await post(text).catch(() => null);
      await answer?.body?.cancel();
      scene.notes[what] = answer?.status ?? 'cut';
      // A server that refuses before it has read may cut the connection while the caller still writes.
      if (answer && !statuses.includes(answer.status))
        scene.complaints.push(`${what} was answered ${answer.status}`);
    }
    const token = await tokenOf(crew.admin, 'connector', 'generic', { channelIds: ['generic'] });
    scene.notes['200 MB stream'] = await stream(acting, token, 200 * KIB * KIB, {});
    scene.notes['length header and chunks'] = await stream(acting, token, 4 * KIB * KIB, {
      'content-length': '10',
    });
    await historyIsSmall(acting, identifier);
    await scene.speak(Math.min(scene.size.messages, 60));
  },
};

/** Sends until it is answered or cut; what it came to. Being taken is a complaint. */
function stream(
  { stage, scene }: Acting,
  token: string,
  bytes: number,
  headers: Record<string, string>,
): Promise<string> {
  return new Promise((resolve) => {
    let sent = 0;
    const piece = Buffer.alloc(64 * KIB, 'x');
    const over = (what: string) => {
      outgoing.destroy();
      if (sent > MOST_UNREAD_BYTES)
        scene.complaints.push(`a body was read for ${sent} bytes before it was refused`);
      resolve(`${what} after ${Math.round(sent / KIB)} KiB`);
    };
    const outgoing = request(
      new URL('/v1/channels/generic/messages', stage.url),
      {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'transfer-encoding': 'chunked',
          ...headers,
        },
      },
      (incoming) => {
        incoming.resume();
        if ((incoming.statusCode ?? 0) < 400)
          scene.complaints.push(`a body of ${bytes} bytes was answered ${incoming.statusCode}`);
        over(String(incoming.statusCode));
      },
    );
    outgoing.on('error', () => over('cut'));
    const more = () => {
      while (sent < bytes && !outgoing.destroyed) {
        sent += piece.length;
        if (!outgoing.write(piece)) return void outgoing.once('drain', more);
      }
      if (!outgoing.destroyed) outgoing.end();
    };
    more();
  });
}

/** Nothing above 64 KiB entered the history by value. */
async function historyIsSmall({ stage, scene, crew }: Acting, identifier: string): Promise<void> {
  const page = await crew.admin.read<{ items: { id: string }[] }>(
    `/v1/customers?channelId=generic&identifier=${identifier}`,
  );
  const ids = page?.items.map(({ id }) => id) ?? [];
  const runs = await withTemporal(stage, (client) => runsOf(client, ids, []));
  const largest = Math.max(0, ...runs.map(({ largestPayloadBytes }) => largestPayloadBytes));
  scene.notes['largest payload, bytes'] = largest;
  if (largest > INLINE_BYTES + ENVELOPE_BYTES)
    scene.complaints.push(`a payload of ${largest} bytes is in the history`);
}
