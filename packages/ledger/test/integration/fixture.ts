import type { DeadLetterClass, GenerationState, OrNewer, ResumePoint } from '@kieq/domain';
import {
  createLedger,
  type AcceptArgs,
  type AdmitArgs,
  type AdmitReply,
  type CreateArgs,
  type Ledger,
  type LoseArgs,
  type RefuseArgs,
  type RefuseRule,
} from '@kieq/ledger';
import { Redis } from 'ioredis';
import { inject, onTestFinished } from 'vitest';
import { testRedis } from '../../../testkit/src/redis.ts';

export const ACCOUNT = 'account-1';
export const VEHICLE_CHECK_MS = 120_000;
export const evidence = { summary: 'as seen on the wire' };

/** Waits in these tests are predicates asked often. */
export const often = { interval: 5, timeout: 5000 };

/** A ledger under a prefix of its own. Every call has defaults that one test changes one by one. */
export interface Pool {
  readonly ledger: Ledger;
  readonly redis: Redis;
  readonly root: string;
  /** A new generation in `queued`; returns its id. */
  create(change?: Partial<CreateArgs>): Promise<string>;
  admit(id: string, token?: string, change?: Partial<AdmitArgs>): Promise<AdmitReply>;
  accept(id: string, token: string, taskId: string, change?: Partial<AcceptArgs>): ReturnType<Ledger['accept']>;
  refuse(id: string, token: string, rule: RefuseRule, change?: Partial<RefuseArgs>): ReturnType<Ledger['refuse']>;
  lose(id: string, token: string, change?: Partial<LoseArgs>): ReturnType<Ledger['lose']>;
  /** A ledger on a connection of its own, as another worker has it. */
  another(): Promise<Ledger>;
  /** The whole record as Redis holds it. */
  raw(id: string): Promise<Record<string, string>>;
  state(id: string): Promise<OrNewer<GenerationState> | undefined>;
  /** Redis' clock, the only one that counts. */
  now(): Promise<number>;
}

export async function openPool(name: string, settings: Record<string, string | number> = {}): Promise<Pool> {
  const corner = await testRedis(inject('redisUrl'), name);
  onTestFinished(() => corner.cleanup());
  if (!(corner.client instanceof Redis)) throw new Error('these tests need a single server');
  const pool = poolOn(corner.client, corner.prefix);
  await pool.ledger.settings.overwrite({ submitLimit: 1000, submitWindowMs: 10_000, maxInFlight: 1000, ...settings });
  return pool;
}

export function poolOn(redis: Redis, prefix: string, ledger = createLedger({ redis, prefix })): Pool {
  let made = 0;
  return {
    ledger,
    redis,
    root: ledger.root,
    async create(change = {}) {
      const id = change.id ?? `gen_${String((made += 1)).padStart(10, '0')}`;
      await ledger.create(createArgs(id, change));
      return id;
    },
    async admit(id, token = 'token', change = {}) {
      const vehicle = (await redis.hget(`${ledger.root}gen:${id}`, 'vehicle')) ?? '';
      const times = { sendBeforeMs: 5000, leaseGraceMs: 5000, uploadFreshMs: 1000 };
      return ledger.admit({ id, tokenHash: token, vehicle, account: ACCOUNT, worker: 'worker-1', ...times, ...change });
    },
    accept: (id, token, taskId, change = {}) =>
      ledger.accept({
        id,
        tokenHash: token,
        taskId,
        latencyMs: 100,
        adopted: false,
        pollDelayMs: 1000,
        vehicleCheckMs: VEHICLE_CHECK_MS,
        ...change,
      }),
    refuse: (id, token, rule, change = {}) => ledger.refuse({ ...refuseArgs(id, token, rule), ...change }),
    lose: (id, token, change = {}) =>
      ledger.lose({
        id,
        tokenHash: token,
        answered: false,
        latencyMs: 0,
        evidence,
        gateAfter: 1000,
        times: { firstMs: 1000, capMs: 1000 },
        ...change,
      }),
    async another() {
      const own = redis.duplicate();
      onTestFinished(() => own.disconnect());
      return createLedger({ redis: own, prefix });
    },
    raw: (id) => redis.hgetall(`${ledger.root}gen:${id}`),
    state: async (id) => (await ledger.read.generation(id))?.state,
    async now() {
      const [seconds, micros] = await redis.time();
      return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
    },
  };
}

export function createArgs(id: string, change: Partial<CreateArgs> = {}): CreateArgs {
  return {
    id,
    payload: '{"model":"m"}',
    hash: 'hash-1',
    tenant: 'acme',
    model: 'm',
    priority: 100,
    delayMs: 0,
    vehicle: `${id}-1`,
    vehicleCheckMs: VEHICLE_CHECK_MS,
    callback: false,
    uploads: false,
    ...change,
  };
}

function refuseArgs(id: string, tokenHash: string, rule: RefuseRule): RefuseArgs {
  return {
    id,
    tokenHash,
    class: 'server_error',
    rule,
    sent: true,
    ownFault: false,
    latencyMs: 100,
    evidence,
    vehicleCheckMs: VEHICLE_CHECK_MS,
  };
}

export const RETRY: RefuseRule = {
  do: 'retry',
  count: 'serverErrors',
  retries: 5,
  then: 'refused_repeatedly',
  delayMs: 0,
};
export const DIE: RefuseRule = { do: 'die', class: 'invalid_request' };

/** A lease that is over almost at once; the pool must have a short `submitTimeoutMs` as well. */
export const SHORT_LEASE = { sendBeforeMs: 1, leaseGraceMs: 1 };

/** Takes a new generation to `generating` under the token `<id>-token` with the task `<id>-task`. */
export async function generating(
  pool: Pool,
  change: Partial<CreateArgs> = {},
): Promise<{ id: string; token: string; taskId: string }> {
  const id = await pool.create(change);
  const [token, taskId] = [`${id}-token`, `${id}-task`];
  await pool.admit(id, token);
  await pool.accept(id, token, taskId);
  return { id, token, taskId };
}

/** Takes a new generation to `unknown`. */
export async function unknown(pool: Pool): Promise<{ id: string; token: string }> {
  const id = await pool.create();
  const token = `${id}-token`;
  await pool.admit(id, token);
  await pool.lose(id, token);
  return { id, token };
}

export function settleArgs(id: string, taskId: string, state: 'success' | 'fail' = 'success') {
  const verdict = {
    state,
    resultUrls: state === 'success' ? ['https://example.test/v.mp4'] : [],
    creditsConsumed: state === 'success' ? 55.5 : 0,
  };
  return { id, taskId, verdict, evidence, archive: 'no' as const, polled: true, vehicleCheckMs: VEHICLE_CHECK_MS };
}

export function redriveArgs(
  id: string,
  deadLetterClass: OrNewer<DeadLetterClass>,
  resumesAt: ResumePoint,
  change: { payAgain?: boolean; dryRun?: boolean; op?: string } = {},
) {
  return {
    id,
    class: deadLetterClass,
    resumesAt,
    payAgain: false,
    dryRun: false,
    op: 'op-1',
    vehicleCheckMs: VEHICLE_CHECK_MS,
    ...change,
  };
}

/** Takes a new generation to `dead` with the class `payment_unknown`; the pool must have a short `unknownWindowMs`. */
export async function paymentUnknown(pool: Pool): Promise<{ id: string; token: string }> {
  const lost = await unknown(pool);
  await bury(pool, lost.id, 'payment_unknown', 'unknown');
  return lost;
}

/** Kills as soon as the ledger allows it. */
export async function bury(
  pool: Pool,
  id: string,
  deadLetterClass: DeadLetterClass,
  expected: GenerationState,
): Promise<void> {
  for (;;) {
    const killed = await pool.ledger.kill({ id, class: deadLetterClass, expected, evidence, account: ACCOUNT });
    if (killed.kind === 'dead') return;
    if (killed.kind !== 'not_yet') throw new Error(`cannot bury ${id}: ${JSON.stringify(killed)}`);
  }
}

/** Moves the send times of all attempts into the past. */
export async function makeOld(pool: Pool, id: string): Promise<void> {
  const fields = Object.entries(await pool.raw(id)).filter(([name]) => name.startsWith('a:'));
  for (const [name, json] of fields) {
    await pool.redis.hset(`${pool.root}gen:${id}`, name, json.replace(/"sendBy":\d+/, '"sendBy":1'));
  }
}
