import { Cluster, type Redis } from 'ioredis';
import type { RedisClient } from './connection.ts';

/**
 * Whatever a client sends within one turn of the event loop leaves in one write. Each write is a system call here and
 * another one at the server, which together cost more than most commands do. Nothing waits for it: the turn ends before
 * anything else happens. Order, answers and errors of commands stay as they are.
 */
export function sendTogether(client: RedisClient): void {
  if (client instanceof Cluster) {
    for (const node of client.nodes()) corkNode(node);
    client.on('+node', corkNode);
  } else {
    corkNode(client);
  }
}

function corkNode(node: Redis): void {
  const send = node.sendCommand.bind(node);
  let isHeld = false;
  node.sendCommand = (...command) => {
    if (!isHeld && node.status === 'ready') {
      isHeld = true;
      // Each connection has a stream of its own: the one that is held is let go, whatever comes in between.
      const { stream } = node;
      stream.cork();
      // Behind all promises that are settled by now: what they send belongs to the same turn. A tick that is asked for
      // within a promise comes behind the promises, one that is asked for elsewhere before them.
      queueMicrotask(() =>
        process.nextTick(() => {
          isHeld = false;
          stream.uncork();
        }),
      );
    }
    return send(...command);
  };
}
