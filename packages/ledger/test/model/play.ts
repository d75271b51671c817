import { isDeepStrictEqual } from 'node:util';
import { createScriptRunner, type ScriptRunner } from '../../src/scripts.ts';
import { predict, type ModelCall } from './calls.ts';
import { ClockedRedis, type Mutation } from './clocked-redis.ts';
import { dumper, type Dump } from './dump.ts';
import { trespasses } from './frame.ts';
import { violations } from './invariants.ts';
import { ACCOUNT, type Scene } from './moves/stage.ts';
import { repeatFaults } from './repeat-faults.ts';
import { LIMITS } from './repeats/stage.ts';
import { MOVES, type Step } from './steps.ts';
import { Trace } from './trace.ts';
import { Vendor } from './vendor.ts';
import { viewOfDump, viewOfWorld } from './view.ts';
import { newRow, newWorld, type Answer } from './world.ts';

/** A short window of the unknown, so that an operator may pay again while an older attempt could still be sent. */
const SETTINGS = {
  ...LIMITS,
  pollLimitMaxPerSecond: 4,
  maxInFlight: 2,
  holdMs: 3_600_000,
  archiveLinkTtlMs: 3_600_000,
  unknownWindowMs: 3000,
  accountFingerprint: ACCOUNT,
};
/** The highest that the moves configure. */
const MOST_SUBMISSIONS = 4;

/** Where histories are played, one after the other. */
export interface Ground {
  readonly redis: ClockedRedis;
  readonly root: string;
  readonly scripts: ScriptRunner;
}

export function openGround(url: string, mutate?: Mutation): Ground {
  const redis = new ClockedRedis(url, mutate);
  const root = '{model}:ledger:';
  return { redis, root, scripts: createScriptRunner(redis, root) };
}

/** Plays a history on the ledger and on the model side by side. */
export class Play implements Scene {
  readonly world;
  readonly vendor = new Vendor();
  readonly history: ModelCall[] = [];
  readonly trace = new Trace();
  /** Every script with what it answered, and how often. */
  readonly answers = new Map<string, number>();
  readonly #ground: Ground;
  readonly #dump: () => Promise<Dump>;
  #keys: Dump = {};
  #names = 0;

  /** @param ground without any keys */
  constructor(ground: Ground) {
    this.#ground = ground;
    this.#dump = dumper(ground.redis, ground.root);
    this.world = newWorld(ground.redis.nowMs);
  }

  fresh(kind: 'token' | 'permit' | 'op'): string {
    return `${kind}-${(this.#names += 1)}`;
  }

  async start(): Promise<void> {
    const settings = Object.fromEntries(Object.entries(SETTINGS).map(([name, value]) => [name, String(value)]));
    await this.call({ name: 'configure', args: { settings, force: true } });
  }

  async step(step: Step): Promise<void> {
    const call = MOVES[step.move](this, step);
    if (this.world.now !== this.#ground.redis.nowMs) await this.pass(0);
    if (call !== undefined) await this.call(call, step.isTwice);
    else this.trace.note(step.move, this);
    this.#check(this.vendor.complaints(MOST_SUBMISSIONS, SETTINGS.submitWindowMs));
  }

  /** Time passes: what expires by Redis' own clock is over. */
  async pass(ms: number): Promise<void> {
    const { world } = this;
    world.now += ms;
    this.#ground.redis.nowMs = world.now;
    const isOver = ({ until }: { readonly until: number }): boolean => until <= world.now;
    const over = [
      ...[...world.dedupe].flatMap(([slot, one]) => (isOver(one) ? [`dedupe:${slot}`] : [])),
      ...[...world.purged].flatMap(([id, one]) => (isOver(one) ? [`purged:${id}`] : [])),
      ...(world.sweeper !== undefined && isOver(world.sweeper) ? ['sweeper'] : []),
      ...(world.pollHold <= world.now ? ['poll:hold'] : []),
      ...(world.row.until <= world.now ? ['refusals'] : []),
    ];
    if (world.row.until <= world.now) Object.assign(world.row, newRow());
    for (const [slot, one] of world.dedupe) if (isOver(one)) world.dedupe.delete(slot);
    for (const [id, one] of world.purged) if (isOver(one)) world.purged.delete(id);
    if (over.length > 0) await this.#ground.redis.unlink(over.map((name) => this.#ground.root + name));
    this.#keys = await this.#dump();
  }

  async call(call: ModelCall, isTwice = false): Promise<Answer> {
    const line = this.trace.call(call, this.world.now);
    const expected = predict(this.world, call);
    const reply = await this.#send(call);
    line.answered(reply);
    this.history.push(call);
    this.#count(`${call.name} ${reply.kind}`);
    this.#noteAdmission(call, reply);
    this.#noteMoney(call, reply);
    const before = this.#keys;
    this.#keys = await this.#dump();
    this.#check(differences(expected, reply));
    this.#checkViews();
    if (this.#keys !== before) {
      this.#check(trespasses(call, before, this.#keys));
      this.#check(violations(this.#keys, this.world.now));
    }
    if (isTwice) await this.#again(call, reply);
    return reply;
  }

  /** As the Redis client sends a script whose answer it missed. */
  async #again(call: ModelCall, reply: Answer): Promise<void> {
    const line = this.trace.call(call, this.world.now, 'again');
    const expected = predict(this.world, call);
    const second = await this.#send(call);
    line.answered(second);
    const before = this.#keys;
    this.#keys = await this.#dump();
    this.#check(differences(expected, second));
    this.#check(repeatFaults(call, reply, second, before, this.#keys));
    this.#checkViews();
  }

  async #send({ name, args }: ModelCall): Promise<Answer> {
    try {
      const reply: object = await this.#ground.scripts.run(name, args);
      return reply as Answer;
    } catch (error) {
      return this.fail([error instanceof Error ? error.message : String(error)]);
    }
  }

  #count(answer: string): void {
    this.answers.set(answer, (this.answers.get(answer) ?? 0) + 1);
  }

  #noteAdmission({ name, args }: ModelCall, { kind, attempt }: Answer): void {
    if (name !== 'admit' || kind !== 'admitted') return;
    if (this.vendor.requests.some(({ token }) => token === args.tokenHash)) return;
    const sendBefore = this.world.now + args.sendBeforeMs;
    const request = { generation: args.id, attempt: Number(attempt), token: args.tokenHash, sendBefore };
    this.vendor.requests.push({ ...request, state: 'unsent' });
  }

  #noteMoney({ name, args }: ModelCall, { kind }: Answer): void {
    if (name !== 'redrive' || kind !== 'redriven' || !args.payAgain) return;
    const isRepeated = this.history.slice(0, -1).some((one) => one.name === 'redrive' && one.args.op === args.op);
    if (!isRepeated) this.vendor.paidAgain.set(args.id, (this.vendor.paidAgain.get(args.id) ?? 0) + 1);
  }

  #checkViews(): void {
    const [model, redis] = [viewOfWorld(this.world), viewOfDump(this.#keys)];
    this.#check(differences(model, redis));
  }

  /** Ends the history as one that must not be. */
  fail(faults: readonly string[]): never {
    throw new Error(`${this.trace.text()}\n${faults.join('\n')}`);
  }

  #check(faults: readonly string[]): void {
    if (faults.length > 0) this.fail(faults);
  }
}

/** Where the two differ, in words; what the model does not say is not compared. */
function differences(model: object, real: object, path = ''): string[] {
  return Object.keys({ ...model, ...(path === '' ? {} : real) }).flatMap((name) => {
    const [expected, found]: unknown[] = [Reflect.get(model, name), Reflect.get(real, name)];
    const place = path === '' ? name : `${path}.${name}`;
    if (isPlain(expected) && isPlain(found)) return differences(expected, found, place);
    // Of several equal waits, and of several that are equally good, any may be named.
    if ((name === 'reason' || name === 'id') && Array.isArray(expected) && expected.includes(found)) return [];
    if (isDeepStrictEqual(expected, found)) return [];
    return [`${place}: the model says ${text(expected)}, Redis has ${text(found)}`];
  });
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
