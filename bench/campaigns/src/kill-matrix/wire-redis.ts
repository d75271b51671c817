import { Socket } from 'node:net';
import { shaOf, type Atlas } from './atlas.ts';
import type { Callers } from './callers.ts';
import { pass, subjectOf, type Passage } from './passing.ts';
import { commandsIn, ReplyCounter } from './resp.ts';

/** From the first of these on, a connection is told what it did not ask for: replies no longer match commands. */
const SUBSCRIBES = new Set(['subscribe', 'psubscribe', 'ssubscribe']);
/** They carry others, and do nothing by themselves. */
const SILENT = new Set(['multi', 'hello', 'client', 'auth', 'select', 'ping', 'quit', 'readonly']);

const isStar = (first: number | undefined): boolean => first === 42;

/**
 * Every Redis command of this process is a point, at its socket: before it is written, and when its reply is here and
 * nobody has read it. The client's own channel (`ioredis:command`) is told behind the write, and without most arguments.
 */
export function watchRedis(atlas: Atlas, callers: Callers): void {
  const connections = new WeakMap<Socket, Connection | 'other'>();
  const connectionOf = (socket: Socket, data: string | Uint8Array): Connection | 'other' => {
    const known = connections.get(socket);
    if (known !== undefined) return known;
    // HTTP begins with a word; a command with a star.
    const isRedis = isStar(typeof data === 'string' ? data.charCodeAt(0) : data[0]);
    const connection = isRedis ? new Connection(socket, atlas, callers) : 'other';
    connections.set(socket, connection);
    return connection;
  };
  const write = new Proxy(Reflect.get(Socket.prototype, 'write'), {
    apply: (original, socket: Socket, args: Parameters<Socket['write']>) => {
      const [data] = args;
      const connection = connectionOf(socket, data);
      if (connection !== 'other') connection.writes(data);
      return Reflect.apply(original, socket, args);
    },
  });
  Object.assign(Socket.prototype, { write });
}

class Connection {
  readonly #atlas: Atlas;
  readonly #callers: Callers;
  readonly #replies = new ReplyCounter();
  /** One for each command without a reply, in order; undefined for those that are no points. */
  readonly #awaited: (Passage | undefined)[] = [];
  #isSubscriber = false;

  constructor(socket: Socket, atlas: Atlas, callers: Callers) {
    this.#atlas = atlas;
    this.#callers = callers;
    // In front of its listeners: the client's own one is added at the same moment or later.
    const emit = new Proxy(Reflect.get(socket, 'emit'), {
      apply: (original, self, args: Parameters<Socket['emit']>) => {
        const [event, chunk]: readonly unknown[] = args;
        if (event === 'data' && chunk instanceof Uint8Array) this.#reads(chunk);
        return Reflect.apply(original, self, args);
      },
    });
    Object.assign(socket, { emit });
  }

  writes(data: string | Uint8Array): void {
    for (const command of commandsIn(data)) {
      const name = command[0]?.toString('latin1').toLowerCase() ?? '';
      this.#isSubscriber ||= SUBSCRIBES.has(name);
      if (this.#isSubscriber) return;
      const passage = SILENT.has(name) ? undefined : this.#passageOf(name, command);
      this.#awaited.push(passage);
      if (passage !== undefined) pass(passage, 'before');
    }
  }

  #reads(chunk: Uint8Array): void {
    if (this.#isSubscriber) return;
    for (let left = this.#replies.take(chunk); left > 0; left -= 1) {
      const passage = this.#awaited.shift();
      if (passage !== undefined) pass(passage, 'after');
    }
  }

  #passageOf(command: string, parts: readonly Buffer[]): Passage {
    const what = queueOf(parts) + this.#scriptOf(command, parts);
    const caller = this.#callers.current();
    const subject = subjectOf(() => parts.map((part) => part.toString('latin1')));
    return { point: caller === undefined ? what : `${what}@${caller}`, subject };
  }

  #scriptOf(command: string, [, script = Buffer.alloc(0)]: readonly Buffer[]): string {
    if (command === 'evalsha') return this.#atlas.scripts[script.toString('latin1')] ?? 'script';
    if (command === 'eval') return this.#atlas.scripts[shaOf(script)] ?? 'script';
    return command;
  }
}

/** BullMQ's own keys begin with the pool's prefix and the name of a queue; such as `poll.`, else nothing. */
function queueOf(parts: readonly Buffer[]): string {
  for (const part of parts.slice(1)) {
    const [, queue] =
      /^\{[^}]*\}:(submit|poll|archive|notify|dead-letter):/.exec(part.toString('latin1', 0, 100)) ?? [];
    if (queue !== undefined) return `${queue}.`;
  }
  return '';
}
