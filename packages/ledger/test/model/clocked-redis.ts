import { createHash } from 'node:crypto';
import { type Command, Redis } from 'ioredis';

const TIME = "redis.call('TIME')";
const UNKNOWN_SHA = '0'.repeat(40);

/** Changes the source of a script before the server gets it, so that a test can break a check. */
export type Mutation = (source: string) => string;

/**
 * A connection on which the ledger's scripts read the time that a test sets, to the millisecond. Everything else is the
 * real script on the real server: only where `lib/base.lua` asks for TIME, it is given another answer.
 */
export class ClockedRedis extends Redis {
  /** Epoch ms, whole; starts at the real time, so that what expires by Redis' own clock is there at first. */
  nowMs = Date.now();
  readonly #clocked = new Map<string, string>();
  readonly #sent = new WeakSet<Command>();
  readonly #mutate: Mutation;

  /** @param mutate default: none */
  constructor(url: string, mutate: Mutation = (source) => source) {
    super(url, { retryStrategy: () => 1 });
    this.#mutate = mutate;
  }

  override sendCommand(command: Command, ...rest: [stream?: Parameters<Redis['sendCommand']>[1]]): unknown {
    // ioredis sends a command again when a connection comes back.
    if (!this.#sent.has(command)) this.#clock(command);
    this.#sent.add(command);
    return super.sendCommand(command, ...rest);
  }

  #clock({ name, args }: Command): void {
    if (name !== 'eval' && name !== 'evalsha') return;
    const [script] = args;
    if (typeof script !== 'string') throw new TypeError('a script that is no text');
    args[0] = name === 'eval' ? this.#clockSource(script) : (this.#clocked.get(script) ?? UNKNOWN_SHA);
    args.push(String(this.nowMs));
  }

  /** Scripts that ask for no time keep theirs. */
  #clockSource(source: string): string {
    const clocked = this.#mutate(guarded(source.replace(TIME, '{ 0, ARGV[#ARGV] * 1000 }')));
    this.#clocked.set(sha1(source), sha1(clocked));
    return clocked;
  }
}

/** A script that reads a field of its record which it has not loaded fails, instead of taking it for absent. */
function guarded(source: string): string {
  const names = /local v = redis\.call\('HMGET', recordKey\(id\), (.*)\)$/m.exec(source)?.[1];
  if (names === undefined) return source;
  const loaded = names.split(', ').map((name) => `[${name}] = true`);
  const guard = `setmetatable(record, { __index = function(_, field)
    if ({ ${loaded.join(', ')} })[field] or string.sub(field, 1, 2) == 'a:' then return nil end
    error('reads ' .. field .. ', which it has not loaded')
  end })`;
  return source.replace('  return record\nend', () => `  return ${guard}\nend`);
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}
