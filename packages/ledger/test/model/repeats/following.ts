import type { ObserveArgs } from '@kieq/ledger';
import type { ScriptName } from '../../../src/contract/index.ts';
import {
  evidence,
  generating,
  type Pool,
  RETRY,
  settleArgs,
  unknown,
  VEHICLE_CHECK_MS,
} from '../../integration/fixture.ts';
import { NOWHERE, plain, type Cases } from './stage.ts';

const sample = { kind: 'm:5', ms: 70_000 };

function callback(pool: Pool, id: string, tokenHash: string, taskId?: string) {
  const named = taskId === undefined ? {} : { taskId };
  return pool.ledger.callback({ id, tokenHash, vehicleCheckMs: VEHICLE_CHECK_MS, ...named });
}

function poll(pool: Pool, id: string, permit = 'permit', vehicle = `${id}-2`) {
  return pool.ledger.poll({ id, vehicle, permit, timeoutMs: 15_000 });
}

function observe(pool: Pool, id: string, taskId: string, change: Partial<ObserveArgs> = {}) {
  const args = { id, taskId, pollDelayMs: 5000, permit: 'permit', callbacksSeen: 0, missingWindowMs: 1000 };
  return pool.ledger.observe({ ...args, seen: 'running', vehicleCheckMs: VEHICLE_CHECK_MS, ...change });
}

/** From a taskId to the verdict. */
export const FOLLOWING = {
  callback: {
    async calledBack({ pool }) {
      const { id, token, taskId } = await generating(pool);
      return () => callback(pool, id, token, taskId);
    },
    async claimed({ pool }) {
      const { id, token } = await unknown(pool);
      return () => callback(pool, id, token, 'task');
    },
    async too_many({ pool }) {
      const { id, token } = await unknown(pool);
      for (let n = 1; n <= 5; n += 1) await callback(pool, id, token, `task-${n}`);
      return () => callback(pool, id, token, 'task-6');
    },
    async no_task({ pool }) {
      const { id, token } = await unknown(pool);
      return () => callback(pool, id, token);
    },
    async settled({ pool }) {
      const { id, token, taskId } = await generating(pool);
      await pool.ledger.settle(settleArgs(id, taskId));
      return () => callback(pool, id, token, taskId);
    },
    async unknown_attempt({ pool }) {
      const { id } = await unknown(pool);
      return () => callback(pool, id, 'foreign', 'task');
    },
    missing: plain(({ pool }) => callback(pool, NOWHERE, 'token', 'task')),
  },
  unclaim: {
    async dropped({ pool }) {
      const { id, token } = await unknown(pool);
      await callback(pool, id, token, 'task');
      return () => pool.ledger.dropClaim(id, 'task');
    },
    async none({ pool }) {
      const { id } = await unknown(pool);
      return () => pool.ledger.dropClaim(id, 'task');
    },
    missing: plain(({ pool }) => pool.ledger.dropClaim(NOWHERE, 'task')),
  },
  poll: {
    async granted({ pool }) {
      const { id } = await generating(pool);
      return () => poll(pool, id);
    },
    async 'granted: the last place'({ pool }) {
      const { id } = await generating(pool);
      await pool.ledger.pollPermit('another', 15_000);
      return () => poll(pool, id);
    },
    async wait({ pool }) {
      const { id } = await generating(pool);
      for (const permit of ['one', 'two']) await pool.ledger.pollPermit(permit, 15_000);
      return () => poll(pool, id);
    },
    async stale({ pool }) {
      const { id } = await generating(pool);
      return () => poll(pool, id, 'permit', 'another');
    },
    missing: plain(({ pool }) => poll(pool, NOWHERE)),
  },
  observe: {
    async parked({ pool }) {
      const { id, taskId } = await generating(pool);
      await poll(pool, id);
      return () => observe(pool, id, taskId);
    },
    async 'parked: denied'({ pool }) {
      const { id, taskId } = await generating(pool);
      await poll(pool, id);
      return () => observe(pool, id, taskId, { seen: 'missing' });
    },
    async 'parked: seen again after a denial'({ pool }) {
      const { id, taskId } = await generating(pool);
      await observe(pool, id, taskId, { seen: 'missing' });
      return () => observe(pool, id, taskId, { permit: 'second' });
    },
    async 'parked: with all queries on hold'({ pool }) {
      const { id, taskId } = await generating(pool);
      await poll(pool, id);
      return () => observe(pool, id, taskId, { pauseMs: 3000, rateLimited: true });
    },
    async stale({ pool }) {
      const { id } = await generating(pool);
      return () => observe(pool, id, 'another-task');
    },
    missing: plain(({ pool }) => observe(pool, NOWHERE, 'task')),
  },
  resubmit: {
    async queued({ pool }) {
      const { id, taskId } = await generating(pool);
      return () => pool.ledger.resubmit({ id, taskId, limit: 1, evidence, vehicleCheckMs: VEHICLE_CHECK_MS });
    },
    async exhausted({ pool }) {
      const { id, taskId } = await generating(pool);
      return () => pool.ledger.resubmit({ id, taskId, limit: 0, evidence, vehicleCheckMs: VEHICLE_CHECK_MS });
    },
    async stale({ pool }) {
      const { id } = await generating(pool);
      const again = { limit: 1, evidence, vehicleCheckMs: VEHICLE_CHECK_MS };
      return () => pool.ledger.resubmit({ id, taskId: 'another', ...again });
    },
    missing: plain(({ pool }) =>
      pool.ledger.resubmit({ id: NOWHERE, taskId: 'task', limit: 1, evidence, vehicleCheckMs: VEHICLE_CHECK_MS }),
    ),
  },
  settle: {
    async settled({ pool }) {
      const { id, taskId } = await generating(pool, { callback: true });
      await poll(pool, id);
      return () =>
        pool.ledger.settle({ ...settleArgs(id, taskId), sample, price: { kind: 'm|5s', list: 55 }, permit: 'permit' });
    },
    async 'settled: failed'({ pool }) {
      const { id, taskId } = await generating(pool, { callback: true });
      return () => pool.ledger.settle(settleArgs(id, taskId, 'fail'));
    },
    async 'settled: to be saved'({ pool }) {
      const { id, taskId } = await generating(pool, { callback: true });
      return () => pool.ledger.settle({ ...settleArgs(id, taskId), archive: 'wait' });
    },
    async 'settled: after it was given up'({ pool }) {
      const { id, taskId } = await generating(pool, { callback: true });
      await pool.ledger.kill({ id, class: 'task_stuck', expected: 'generating', evidence });
      return () => pool.ledger.settle(settleArgs(id, taskId));
    },
    async stale({ pool }) {
      const { id } = await generating(pool);
      return () => pool.ledger.settle(settleArgs(id, 'another-task'));
    },
    missing: plain(({ pool }) => pool.ledger.settle(settleArgs(NOWHERE, 'task'))),
  },
  poll_permit: {
    granted: plain(({ pool }) => pool.ledger.pollPermit('permit', 15_000)),
    async 'granted: the last place'({ pool }) {
      await pool.ledger.pollPermit('another', 15_000);
      return () => pool.ledger.pollPermit('permit', 15_000);
    },
    async wait({ pool }) {
      for (const permit of ['one', 'two']) await pool.ledger.pollPermit(permit, 15_000);
      return () => pool.ledger.pollPermit('permit', 15_000);
    },
  },
  poll_done: {
    async done({ pool }) {
      await pool.ledger.pollPermit('permit', 15_000);
      return () => pool.ledger.pollDone('permit');
    },
  },
  peek_polls: {
    slots: plain(({ pool }) => pool.ledger.peekPolls()),
    async wait({ pool }) {
      for (const permit of ['one', 'two']) await pool.ledger.pollPermit(permit, 15_000);
      return () => pool.ledger.peekPolls();
    },
  },
  requeue: {
    async requeued({ pool }) {
      const id = await pool.create();
      return () => pool.ledger.requeue(id, `${id}-1`, VEHICLE_CHECK_MS);
    },
    async 'requeued: a task'({ pool }) {
      const { id } = await generating(pool);
      return () => pool.ledger.requeue(id, `${id}-2`, VEHICLE_CHECK_MS);
    },
    async stale({ pool }) {
      const id = await pool.create();
      await pool.admit(id);
      await pool.refuse(id, 'token', RETRY);
      return () => pool.ledger.requeue(id, 'another', VEHICLE_CHECK_MS);
    },
    missing: plain(({ pool }) => pool.ledger.requeue(NOWHERE, 'v', VEHICLE_CHECK_MS)),
  },
} satisfies Partial<Record<ScriptName, Cases>>;
