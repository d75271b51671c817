import {
  bury,
  generating,
  makeOld,
  paymentUnknown,
  type Pool,
  redriveArgs,
  RETRY,
  settleArgs,
  unknown,
  VEHICLE_CHECK_MS,
} from './fixture.ts';

/** Settings under which nothing waits. */
export const quick = { unknownWindowMs: 1, submitTimeoutMs: 1 };

export function callback(pool: Pool, id: string, tokenHash: string, taskId?: string) {
  const named = taskId === undefined ? {} : { taskId };
  return pool.ledger.callback({ id, tokenHash, vehicleCheckMs: VEHICLE_CHECK_MS, ...named });
}

interface Placed {
  readonly id: string;
  readonly token: string;
  readonly taskId: string;
}

/** In each state, under `token`; `taskId` is the attempt's where it has one. */
export const PLACE: Record<string, (pool: Pool) => Promise<Placed>> = {
  'queued after a refusal': async (pool) => {
    const id = await pool.create();
    await pool.admit(id, 'token');
    await pool.refuse(id, 'token', RETRY);
    return { id, token: 'token', taskId: 'task' };
  },
  submitting: async (pool) => {
    const id = await pool.create();
    await pool.admit(id, 'token');
    return { id, token: 'token', taskId: 'task' };
  },
  unknown: async (pool) => ({ ...(await unknown(pool)), taskId: 'task' }),
  'dead as payment_unknown': async (pool) => ({ ...(await paymentUnknown(pool)), taskId: 'task' }),
  'queued to pay again': async (pool) => {
    const { id, token } = await paymentUnknown(pool);
    // A real redrive waits until the older attempt can no longer be sent (dead-letters.test.ts).
    await makeOld(pool, id);
    await pool.ledger.redrive(redriveArgs(id, 'payment_unknown', 'queued', { payAgain: true }));
    return { id, token, taskId: 'task' };
  },
  generating: (pool) => generating(pool),
  'dead as task_stuck': async (pool) => {
    const placed = await generating(pool);
    await bury(pool, placed.id, 'task_stuck', 'generating');
    return placed;
  },
  'dead as result_unreadable': async (pool) => {
    const placed = await generating(pool);
    await bury(pool, placed.id, 'result_unreadable', 'generating');
    return placed;
  },
  'queued to pay a stuck task again': async (pool) => {
    const placed = await PLACE['dead as task_stuck']!(pool);
    await pool.ledger.redrive(redriveArgs(placed.id, 'task_stuck', 'queued', { payAgain: true }));
    return placed;
  },
  archiving: async (pool) => {
    const placed = await generating(pool);
    await pool.ledger.settle({ ...settleArgs(placed.id, placed.taskId), archive: 'wait' });
    return placed;
  },
  succeeded: async (pool) => {
    const placed = await generating(pool);
    await pool.ledger.settle(settleArgs(placed.id, placed.taskId));
    return placed;
  },
  failed: async (pool) => {
    const placed = await generating(pool);
    await pool.ledger.settle(settleArgs(placed.id, placed.taskId, 'fail'));
    return placed;
  },
  cancelled: async (pool) => {
    const placed = await PLACE['queued after a refusal']!(pool);
    await pool.ledger.cancel(placed.id);
    return placed;
  },
  'queued again after a transient failure': async (pool) => {
    const placed = await generating(pool);
    const evidence = { summary: 'busy' };
    const { id, taskId } = placed;
    await pool.ledger.resubmit({ id, taskId, limit: 1, evidence, vehicleCheckMs: VEHICLE_CHECK_MS });
    return placed;
  },
  purged: async (pool) => {
    const placed = await PLACE['succeeded']!(pool);
    await pool.ledger.purge(placed.id, true);
    return placed;
  },
};
