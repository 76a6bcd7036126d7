import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { tokenOf } from '../load/api';
import type { Acting, Fault } from './fault';

/** More than what sockets, link and stream keep for a reader together. */
const MESSAGES = 160;
const TEXT = 'ж'.repeat(30_000); // 60,000 bytes of UTF-8
const IDLE = 60;
const IDLE_LONG = 1_000;
const STREAMS_EACH = 20;

export const slowReaders: Fault = {
  id: 'F15',
  what: 'a stream reader that takes 1 byte/s, one that never reads, many idle ones',
  async play(acting) {
    const { scene, crew, long } = acting;
    await scene.enter(['generic', 'web'], 2);
    const [busy, quiet] = scene.customers;
    if (!busy || !quiet) throw new Error('nobody came in');
    for (const customer of [busy, quiet]) {
      await scene.say(customer);
      await scene.know(customer, true);
    }
    const id = async (customer: typeof busy) => {
      const path = `/v1/customers/${await scene.know(customer)}/conversation`;
      for (;;) {
        const open = await crew.admin.read<{ id: string }>(path);
        if (open) return open.id;
        await sleep(100);
      }
    };
    const [busyId, quietId] = [await id(busy), await id(quiet)];
    const idle = await openMany(acting, quietId, long ? IDLE_LONG : IDLE);
    const token = await tokenOf(crew.admin, 'operator', `slow-${scene.name}`);
    const never = await openStream(acting, token, busyId);
    const drop = await openStream(acting, token, busyId);
    never.pause();
    drop.pause();
    const sip = setInterval(() => void drop.read(1), 1000);
    const each = long ? MESSAGES * 2 : MESSAGES;
    for (let n = 0; n < each; n += 8)
      await Promise.all(Array.from({ length: 8 }, () => scene.say(busy, ` ${TEXT}`)));
    await scene.say(quiet);
    const left = await untilClosed([never, drop]);
    clearInterval(sip);
    if (left > 0) scene.complaints.push(`${left} of 2 slow readers were not dropped`);
    scene.notes['idle streams'] = idle.filter(({ destroyed }) => !destroyed).length;
    for (const socket of [never, drop, ...idle]) socket.destroy();
  },
};

async function openMany(
  acting: Acting,
  conversationId: string,
  count: number,
): Promise<readonly Socket[]> {
  const sockets: Socket[] = [];
  for (let n = 0; n < count; n += STREAMS_EACH) {
    const subject = `idle-${acting.scene.name}-${n}`;
    const token = await tokenOf(acting.crew.admin, 'operator', subject);
    const some = Math.min(STREAMS_EACH, count - n);
    for (let m = 0; m < some; m += 1) {
      const socket = await openStream(acting, token, conversationId);
      socket.resume();
      sockets.push(socket);
    }
  }
  return sockets;
}

/** A stream as a bare socket, once its answer has begun; paused, so that nothing is read that nobody asks for. */
function openStream({ stage }: Acting, token: string, conversationId: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(stage.url);
    const socket = connect(Number(port), hostname, () => {
      socket.write(
        `GET /v1/conversations/${conversationId}/events HTTP/1.1\r\nhost: ${hostname}:${port}\r\nauthorization: Bearer ${token}\r\naccept: text/event-stream\r\n\r\n`,
      );
    });
    socket.on('error', (error) => {
      socket.destroy();
      reject(error);
    });
    socket.once('data', (data) => {
      socket.pause();
      const [line] = data.toString().split('\r\n');
      if (line?.includes(' 200 ')) resolve(socket);
      else reject(new Error(`a stream was answered ${line}`));
    });
  });
}

/** How many are still open when patience is over. A socket that nobody reads is told of its end only when it is read. */
async function untilClosed(sockets: readonly Socket[]): Promise<number> {
  const patience = Date.now() + 60_000;
  const over = new Set<Socket>();
  for (const socket of sockets) {
    socket.once('close', () => over.add(socket));
    socket.once('end', () => over.add(socket));
    socket.resume();
  }
  while (over.size < sockets.length && Date.now() < patience) await sleep(100);
  return sockets.length - over.size;
}
