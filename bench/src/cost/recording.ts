import { argumentsOf, commandOf, type Command } from './resp.ts';

/** What one client wrote at once, as far as it is sent again. */
export interface Write {
  /** Number of the connection, from 0 in the order of opening. */
  readonly connection: number;
  readonly bytes: Buffer;
  /** How many replies end it. */
  readonly replies: number;
  /** Their kinds, one character each; `?` where any will do. */
  readonly kinds: string;
}

/** What the clients of one pool sent, in the order in which Redis carried it out. */
export interface Recording {
  /** The pool's prefix, which is part of every key. */
  readonly prefix: string;
  /** Until all were enqueued. */
  readonly enqueue: readonly Write[];
  /** From the start of the worker to the end of the last generation. */
  readonly work: readonly Write[];
  readonly generations: number;
  readonly traffic: Traffic;
}

/** What the clients sent and heard. Sums, or means per generation. */
export interface Traffic {
  /** How often a client wrote: a reply is waited for after each. */
  readonly writes: number;
  /** Commands in them; those that scripts call do not count. */
  readonly sent: number;
  readonly scripts: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

const SCRIPTS = /^(?:EVAL|EVALSHA|FCALL)(?:_RO)?$/;
/** They wait for a message, not for a reply, or end the connection. */
const LEFT_OUT = /^(?:P|S)?(?:UN)?SUBSCRIBE$|^QUIT$|^MONITOR$/;

export function isScript({ name }: Command): boolean {
  return SCRIPTS.test(name);
}

/** Whether a command waits for something that another client does. */
export function isWaiting(command: Command): boolean {
  if (LEFT_OUT.test(command.name) || /^B[LRZ]/.test(command.name)) return true;
  return (
    command.name === 'XREAD' && argumentsOf(command.bytes).some((part) => /^block$/i.test(part.toString('latin1')))
  );
}

/**
 * The command to send again instead of the recorded one: a lane never waits, so a command that blocks becomes the one that
 * does not, or is left out where there is none of the same effect.
 */
export function replayable(command: Command): Command | undefined {
  if (!isWaiting(command)) return command;
  if (command.name !== 'BZPOPMIN') return undefined;
  const keys = argumentsOf(command.bytes).slice(1, -1);
  const [key] = keys;
  return keys.length === 1 && key !== undefined ? { name: 'ZPOPMIN', bytes: commandOf(['ZPOPMIN', key]) } : undefined;
}

/** Undefined where nothing is left of it. @param kinds of the replies; undefined where they were not waited for */
export function writeOf(
  connection: number,
  commands: readonly Command[],
  kinds: string | undefined,
): Write | undefined {
  const kept = commands.flatMap((command) => replayable(command) ?? []);
  if (kept.length === 0) return undefined;
  const bytes = Buffer.concat(kept.map((command) => command.bytes));
  return { connection, bytes, replies: kept.length, kinds: kinds ?? '?'.repeat(kept.length) };
}

/**
 * The same bytes for another pool.
 * @throws RangeError for a prefix of another length: every argument has its length in front, and packed ones contain lengths
 */
export function inPool({ bytes, ...write }: Write, from: string, to: string): Write {
  const [old, young] = [Buffer.from(from), Buffer.from(to)];
  if (old.length !== young.length) throw new RangeError(`${to} is not as long as ${from}`);
  const copy = Buffer.from(bytes);
  for (let at = copy.indexOf(old); at >= 0; at = copy.indexOf(old, at + old.length)) young.copy(copy, at);
  return { ...write, bytes: copy };
}

/** The prefix of a lane, as long as the recorded one: its last eight characters before the bracket are the lane's. */
export function lanePrefix(recorded: string, lane: number): string {
  return `${recorded.slice(0, -9)}${String(lane).padStart(8, '0')}}`;
}

/** How many replies are of another kind than the recorded ones. */
export function differences(recorded: string, heard: string): number {
  let count = Math.abs(recorded.length - heard.length);
  for (let i = 0; i < Math.min(recorded.length, heard.length); i += 1)
    if (recorded[i] !== '?' && recorded[i] !== heard[i]) count += 1;
  return count;
}
