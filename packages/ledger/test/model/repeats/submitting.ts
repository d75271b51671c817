import type { ScriptName } from '../../../src/contract/index.ts';
import {
  createArgs,
  DIE,
  evidence,
  generating,
  type Pool,
  RETRY,
  redriveArgs,
  unknown,
  VEHICLE_CHECK_MS,
} from '../../integration/fixture.ts';
import { LEASE_MS, LIMITS, NOWHERE, plain, type Cases, type Stage } from './stage.ts';

const uploads = { uploads: true, payload: '{"with":"images"}' };
const links = { 'https://upload.kieq.invalid/x': 'https://kie.example/x.png' };
const postponed = { evidence, delayMs: 1000, vehicleCheckMs: VEHICLE_CHECK_MS, tries: 0 };
const notSent = { do: 'not_sent', gateAfter: 1, times: { firstMs: 5000, capMs: 60_000 }, delayMs: 500 } as const;

async function admitted({ pool }: Stage): Promise<string> {
  const id = await pool.create();
  await pool.admit(id);
  return id;
}

/** Its attempt `<id>-token` got no answer, a person paid again, and the attempt `newer` is on its way. */
async function paidAgain({ pool, pass }: Stage): Promise<{ id: string; token: string }> {
  const lost = await unknown(pool);
  pass(LIMITS.unknownWindowMs);
  await pool.ledger.kill({ id: lost.id, class: 'payment_unknown', expected: 'unknown', evidence });
  await pool.ledger.redrive(redriveArgs(lost.id, 'payment_unknown', 'queued', { payAgain: true }));
  await pool.admit(lost.id, 'newer');
  return lost;
}

async function refusedBy(pool: Pool, gate: 'credits' | 'rate-limit'): Promise<() => Promise<unknown>> {
  const id = await pool.create();
  await pool.admit(id);
  const times = gate === 'credits' ? { firstMs: 30_000, capMs: 300_000 } : { waitMs: 10_000 };
  return () => pool.refuse(id, 'token', { do: 'refuse', gate, times });
}

/** One generation in a row is enough here. */
const byPlace = {
  do: 'retry',
  count: 'validationRetries',
  retries: 1,
  then: 'invalid_request',
  delayMs: 30_000,
  place: {
    same: 'no channel',
    after: 1,
    times: { firstMs: 60_000, capMs: 600_000 },
    behindMs: 60_000,
    memoryMs: 600_000,
  },
} as const;

/** The gate *refusing* is closed by a generation of the tenant acme. */
async function refusing(stage: Stage): Promise<void> {
  const id = await admitted(stage);
  await stage.pool.refuse(id, 'token', byPlace);
}

/** From enqueue to the answer of a submission. */
export const SUBMITTING = {
  create: {
    created: plain(({ pool }) => pool.ledger.create(createArgs('gen_0000000001'))),
    'created: in a window for equal requests': plain(({ pool }) =>
      pool.ledger.create(createArgs('gen_0000000001', { dedupeMs: 1000, callback: true, delayMs: 500 })),
    ),
    async 'created: asked at once where everything is refused'(stage) {
      await refusing(stage);
      return () => stage.pool.ledger.create(createArgs('gen_0000000009', { tenant: 'other' }));
    },
    async exists({ pool }) {
      const id = await pool.create();
      return () => pool.ledger.create(createArgs(id));
    },
    async 'exists: as an equal request'({ pool }) {
      await pool.create({ dedupeMs: 1000 });
      return () => pool.ledger.create(createArgs('gen_0000000009', { dedupeMs: 1000 }));
    },
    async conflict({ pool }) {
      const id = await pool.create();
      return () => pool.ledger.create(createArgs(id, { hash: 'another' }));
    },
  },
  cancel: {
    async cancelled({ pool }) {
      const id = await pool.create({ callback: true });
      return () => pool.ledger.cancel(id);
    },
    async too_late(stage) {
      const id = await admitted(stage);
      return () => stage.pool.ledger.cancel(id);
    },
    missing: plain(({ pool }) => pool.ledger.cancel(NOWHERE)),
  },
  admit: {
    async admitted({ pool }) {
      const id = await pool.create();
      return () => pool.admit(id);
    },
    async 'admitted: as a canary'(stage) {
      const { pool, pass } = stage;
      const first = await admitted(stage);
      await pool.refuse(first, 'token', {
        do: 'refuse',
        gate: 'maintenance',
        times: { firstMs: 60_000, capMs: 600_000 },
      });
      pass(60_000);
      return () => pool.admit(first, 'canary');
    },
    async 'admitted: as the canary of a new round'(stage) {
      await refusing(stage);
      stage.pass(60_000);
      const id = await stage.pool.create();
      return () => stage.pool.admit(id, 'canary');
    },
    async instead(stage) {
      await stage.pool.create({ id: 'gen_0000000009', tenant: 'other' });
      await refusing(stage);
      const id = await stage.pool.create();
      return () => stage.pool.admit(id);
    },
    async upload({ pool }) {
      const id = await pool.create(uploads);
      return () => pool.admit(id);
    },
    async wait({ pool }) {
      const ids = await Promise.all(Array.from({ length: LIMITS.submitLimit + 1 }, () => pool.create()));
      for (const id of ids.slice(1)) await pool.admit(id);
      return () => pool.admit(ids[0] ?? '');
    },
    async 'wait: at a gate that is over'({ pool, pass }) {
      const refuse = await refusedBy(pool, 'rate-limit');
      await refuse();
      await pool.ledger.gates.pause('by hand');
      pass(10_000);
      const id = await pool.create();
      return () => pool.admit(id);
    },
    async busy(stage) {
      const id = await admitted(stage);
      return () => stage.pool.admit(id, 'another');
    },
    async deadline({ pool }) {
      const id = await pool.create({ deadlineMs: 0 });
      return () => pool.admit(id);
    },
    async wrong_account({ pool }) {
      await pool.ledger.settings.overwrite({ accountFingerprint: 'account-1' });
      const id = await pool.create();
      return () => pool.admit(id, 'token', { account: 'staging' });
    },
    async stale({ pool }) {
      const id = await pool.create();
      return () => pool.admit(id, 'token', { vehicle: 'another' });
    },
    missing: plain(({ pool }) => pool.admit(NOWHERE)),
  },
  uploaded: {
    async uploaded({ pool }) {
      const id = await pool.create(uploads);
      return () => pool.ledger.uploaded({ id, vehicle: `${id}-1`, links });
    },
    async stale({ pool }) {
      const id = await pool.create(uploads);
      return () => pool.ledger.uploaded({ id, vehicle: 'another', links });
    },
    missing: plain(({ pool }) => pool.ledger.uploaded({ id: NOWHERE, vehicle: 'v', links })),
  },
  postpone: {
    async postponed({ pool }) {
      const id = await pool.create(uploads);
      return () => pool.ledger.postpone({ id, vehicle: `${id}-1`, ...postponed });
    },
    async stale({ pool }) {
      const id = await pool.create(uploads);
      return () => pool.ledger.postpone({ id, vehicle: 'another', ...postponed });
    },
    missing: plain(({ pool }) => pool.ledger.postpone({ id: NOWHERE, vehicle: 'v', ...postponed })),
  },
  accept: {
    async accepted(stage) {
      const id = await admitted(stage);
      return () => stage.pool.accept(id, 'token', 'task', { kind: 'm:5' });
    },
    async 'accepted: where everything else was refused'(stage) {
      await refusing(stage);
      const id = await stage.pool.create({ tenant: 'other' });
      await stage.pool.admit(id, 'canary');
      return () => stage.pool.accept(id, 'canary', 'task');
    },
    async 'accepted: adopted from a dead letter, with a claim'({ pool, pass }) {
      pass(0);
      const { id, token } = await unknown(pool);
      await pool.ledger.callback({ id, tokenHash: token, taskId: 'task', vehicleCheckMs: VEHICLE_CHECK_MS });
      pass(LIMITS.unknownWindowMs);
      await pool.ledger.kill({ id, class: 'payment_unknown', expected: 'unknown', evidence });
      const adopt = { adopted: true, attempt: 1, pollDelayMs: 0, vehicleCheckMs: VEHICLE_CHECK_MS };
      return () => pool.ledger.accept({ id, taskId: 'task', ...adopt });
    },
    async 'accepted: an attempt that Redis has lost'({ pool }) {
      const id = await pool.create();
      return () => pool.accept(id, 'token', 'task', { recover: true });
    },
    async 'accepted: on the word of a person'(stage) {
      stage.pass(0);
      const { id, token } = await unknown(stage.pool);
      return () => stage.pool.accept(id, token, 'task', { adopted: true, evidence });
    },
    async surplus(stage) {
      const { id, token } = await paidAgain(stage);
      return () => stage.pool.accept(id, token, 'late-task');
    },
    async bound(stage) {
      await generating(stage.pool);
      const id = await admitted(stage);
      return () => stage.pool.accept(id, 'token', 'gen_0000000001-task');
    },
    async other_task({ pool }) {
      const { id, token } = await generating(pool);
      return () => pool.accept(id, token, 'another-task');
    },
    async unknown_attempt({ pool }) {
      const id = await pool.create();
      return () => pool.accept(id, 'foreign', 'task');
    },
    missing: plain(({ pool }) => pool.accept(NOWHERE, 'token', 'task')),
  },
  refuse: {
    async queued(stage) {
      const id = await admitted(stage);
      return () => stage.pool.refuse(id, 'token', RETRY);
    },
    'queued: 429': ({ pool }) => refusedBy(pool, 'rate-limit'),
    'queued: 402': ({ pool }) => refusedBy(pool, 'credits'),
    async 'queued: not sent'(stage) {
      const id = await admitted(stage);
      return () => stage.pool.refuse(id, 'token', notSent, { sent: false });
    },
    async 'queued: refused by the place'(stage) {
      const id = await admitted(stage);
      return () => stage.pool.refuse(id, 'token', byPlace);
    },
    async 'queued: a canary that went instead'(stage) {
      await refusing(stage);
      const id = await stage.pool.create({ tenant: 'other' });
      await stage.pool.admit(id, 'canary', { instead: true });
      return () => stage.pool.refuse(id, 'canary', byPlace);
    },
    async 'queued: late'(stage) {
      const id = await admitted(stage);
      stage.pass(LEASE_MS);
      await stage.pool.ledger.expire(id);
      return () => stage.pool.refuse(id, 'token', RETRY);
    },
    async dead({ pool }) {
      const id = await pool.create({ callback: true });
      await pool.admit(id);
      return () => pool.refuse(id, 'token', DIE);
    },
    async stale(stage) {
      const { id, token } = await paidAgain(stage);
      return () => stage.pool.refuse(id, token, RETRY);
    },
    async unknown_attempt({ pool }) {
      const id = await pool.create();
      return () => pool.refuse(id, 'foreign', RETRY);
    },
    missing: plain(({ pool }) => pool.refuse(NOWHERE, 'token', RETRY)),
  },
  lose: {
    async unknown(stage) {
      const id = await admitted(stage);
      return () => stage.pool.lose(id, 'token', { answered: true, latencyMs: 300, gateAfter: 1 });
    },
    async 'unknown: after its lease'(stage) {
      const id = await admitted(stage);
      stage.pass(LEASE_MS);
      await stage.pool.ledger.expire(id);
      return () => stage.pool.lose(id, 'token', { gateAfter: 1 });
    },
    async 'unknown: an attempt that Redis has lost'({ pool }) {
      const id = await pool.create();
      return () => pool.lose(id, 'token', { recover: true });
    },
    async stale({ pool }) {
      const { id, token } = await generating(pool);
      return () => pool.lose(id, token);
    },
    async unknown_attempt({ pool }) {
      const id = await pool.create();
      return () => pool.lose(id, 'foreign');
    },
    missing: plain(({ pool }) => pool.lose(NOWHERE, 'token')),
  },
  expire: {
    async unknown(stage) {
      const id = await admitted(stage);
      stage.pass(LEASE_MS);
      return () => stage.pool.ledger.expire(id);
    },
    async not_yet(stage) {
      const id = await admitted(stage);
      return () => stage.pool.ledger.expire(id);
    },
    async stale({ pool }) {
      const id = await pool.create();
      return () => pool.ledger.expire(id);
    },
    missing: plain(({ pool }) => pool.ledger.expire(NOWHERE)),
  },
} satisfies Partial<Record<ScriptName, Cases>>;
