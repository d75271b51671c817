import { Cluster, type Redis } from 'ioredis';
import type { RedisClient } from './connection.ts';

/**
 * All commands that a client sends within one turn of the event loop leave in one write. Each write is a system call
 * here and another one at the server, which together cost more than most commands. No command waits for this: the turn
 * ends before anything else happens. Order, replies and errors of commands do not change.
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
      // Each connection has its own stream: the corked one is uncorked, whatever happens in between.
      const { stream } = node;
      stream.cork();
      // After all promises that are settled by now: what they send belongs to the same turn. A tick that is requested
      // within a promise runs after the promises, one that is requested elsewhere before them.
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
