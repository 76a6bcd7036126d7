import { connect, createServer, type Server, type Socket } from 'node:net';

/** What a link does with what goes over it. `requests`: from whoever connected; `answers`: back to them. */
export type LinkMode =
  | { readonly type: 'pass' }
  /** Nothing arrives, nothing is lost, nobody is told. */
  | { readonly type: 'pause' }
  /** One direction is lost for good, the other goes on. */
  | { readonly type: 'drop'; readonly what: 'requests' | 'answers' }
  /** Connections are cut, new ones are refused. */
  | { readonly type: 'down' }
  /** Each connection is cut once this many bytes of answers have passed. */
  | { readonly type: 'cut'; readonly afterBytes: number }
  /** Each piece arrives this much later, spread evenly by `jitterMs` either way; order is kept. */
  | { readonly type: 'delay'; readonly ms: number; readonly jitterMs: number };

/** A stretch of wire between two processes that can be disturbed. */
export interface TcpLink {
  readonly port: number;
  /** Takes effect for open connections as well. Back to `pass`, connections that lost bytes are cut: their streams have a hole. */
  set(mode: LinkMode): void;
  /** Connections that were made over it. */
  readonly connections: number;
  close(): Promise<void>;
}

/** Listens on a free port of the loopback and carries everything to `target` there. */
export async function openLink(
  target: number,
  random: () => number = Math.random,
): Promise<TcpLink> {
  let mode: LinkMode = { type: 'pass' };
  let connections = 0;
  const open = new Set<Wire>();
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    connections += 1;
    if (mode.type === 'down') return void socket.destroy();
    const wire = new Wire(socket, connect(target, '127.0.0.1'), () => mode, random);
    open.add(wire);
    wire.whenClosed(() => open.delete(wire));
  });
  const port = await listen(server);
  return {
    port,
    get connections() {
      return connections;
    },
    set(next) {
      const before = mode;
      mode = next;
      for (const wire of open) {
        if (next.type === 'down' || (before.type === 'drop' && wire.hasLost)) wire.cut();
        else wire.wake();
      }
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const wire of open) wire.cut();
      }),
  };
}

/** One connection over a link. */
class Wire {
  hasLost = false;
  private answered = 0;
  private readonly directions: readonly Direction[];

  constructor(
    private readonly near: Socket,
    private readonly far: Socket,
    mode: () => LinkMode,
    random: () => number,
  ) {
    const see = (what: 'requests' | 'answers') => (chunk: Buffer) => {
      const now = mode();
      if (now.type === 'drop' && now.what === what) {
        this.hasLost = true;
        return false;
      }
      if (what === 'requests') return true;
      this.answered += chunk.length;
      if (now.type !== 'cut' || this.answered <= now.afterBytes) return true;
      this.cut();
      return false;
    };
    this.directions = [
      new Direction(near, far, mode, see('requests'), random),
      new Direction(far, near, mode, see('answers'), random),
    ];
    for (const socket of [near, far]) {
      socket.setNoDelay(true);
      socket.on('error', () => this.cut());
      socket.on('close', () => this.cut());
    }
    near.resume();
  }

  whenClosed(done: () => void): void {
    this.near.once('close', done);
  }
  wake(): void {
    for (const direction of this.directions) direction.flush();
  }
  cut(): void {
    for (const socket of [this.near, this.far]) {
      if (socket.destroyed) continue;
      // Node 20 cannot reset what is not connected yet or is being ended, and may keep its handle for ever.
      if (socket.connecting || socket.writableEnded) socket.destroy();
      else socket.resetAndDestroy();
    }
  }
}

/** From one end to the other, in order. What waits is bounded: a full queue stops the reading. */
class Direction {
  private readonly queue: { readonly chunk: Buffer; readonly dueAt: number }[] = [];
  private waiting = 0;
  private timer: NodeJS.Timeout | null = null;
  private ended = false;

  constructor(
    private readonly from: Socket,
    private readonly to: Socket,
    private readonly mode: () => LinkMode,
    private readonly passes: (chunk: Buffer) => boolean,
    private readonly random: () => number,
  ) {
    from.on('data', (chunk: Buffer) => this.take(chunk));
    from.on('end', () => {
      this.ended = true;
      this.flush();
    });
    to.on('drain', () => this.flush());
  }

  private take(chunk: Buffer): void {
    if (!this.passes(chunk)) return;
    const mode = this.mode();
    const late = mode.type === 'delay' ? mode.ms + mode.jitterMs * (2 * this.random() - 1) : 0;
    this.queue.push({ chunk, dueAt: Date.now() + late });
    this.waiting += chunk.length;
    if (this.waiting > MOST_WAITING_BYTES) this.from.pause();
    this.flush();
  }

  flush(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    if (this.mode().type === 'pause') return;
    for (let next = this.queue[0]; next; next = this.queue[0]) {
      const wait = next.dueAt - Date.now();
      if (wait > 0) {
        this.timer = setTimeout(() => this.flush(), wait);
        return;
      }
      if (this.to.writableNeedDrain) return;
      this.queue.shift();
      this.waiting -= next.chunk.length;
      this.to.write(next.chunk);
    }
    if (this.from.isPaused() && this.waiting <= MOST_WAITING_BYTES) this.from.resume();
    if (this.ended) this.to.end();
  }
}

const MOST_WAITING_BYTES = 1024 * 1024;

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (typeof address === 'object' && address) resolve(address.port);
    });
  });
}
