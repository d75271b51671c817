import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP connection to a target that may move, which can be cut and slowed down. */
export interface Link {
  readonly port: number;
  /** Ends the connections that the predicate chooses, at once and in both directions; returns how many. */
  cut(isChosen: () => boolean): number;
  /** Everything comes this much later, in its order. 0: at once. */
  delay(ms: number): void;
  close(): Promise<void>;
}

export interface Target {
  readonly port: number;
}

/** @param target where a new connection leads on 127.0.0.1; undefined: nowhere, it is hung up */
export async function startLink(target: () => Target | undefined): Promise<Link> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let delayMs = 0;
  const listener = createServer((near) => {
    const place = target();
    if (place === undefined) return void near.destroy();
    const far = connect({ host: '127.0.0.1', port: place.port });
    const pair = [near, far] as const;
    pairs.add(pair);
    flow(near, far, () => delayMs);
    flow(far, near, () => delayMs);
    near.on('close', () => pairs.delete(pair));
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const cut = (isChosen: () => boolean): number => {
    const chosen = [...pairs].filter(isChosen);
    for (const socket of chosen.flat()) socket.destroy();
    return chosen.length;
  };
  return {
    port: portOf(listener),
    cut,
    delay(ms) {
      delayMs = ms;
    },
    async close() {
      listener.close();
      cut(() => true);
      if (listener.listening) await once(listener, 'close');
    },
  };
}

/** One direction. What was delayed keeps its order, the end included. */
function flow(from: Socket, to: Socket, delayMs: () => number): void {
  const waiting: { readonly atMs: number; readonly act: () => void }[] = [];
  const drain = (): void => {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      const leftMs = next.atMs - performance.now();
      if (leftMs > 0) return void setTimeout(drain, Math.ceil(leftMs));
      waiting.shift();
      next.act();
    }
  };
  const later = (act: () => void): void => {
    waiting.push({ atMs: Math.max(waiting.at(-1)?.atMs ?? 0, performance.now() + delayMs()), act });
    if (waiting.length === 1) drain();
  };
  from.setNoDelay(true);
  from.on('error', () => undefined);
  from.on('data', (chunk) => later(() => to.writable && to.write(chunk)));
  from.on('end', () => later(() => to.end()));
  from.on('close', () => later(() => to.destroySoon()));
}

function portOf(listener: Server): number {
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('the link does not listen on a port');
  return address.port;
}
