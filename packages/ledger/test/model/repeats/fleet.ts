import type { ScriptName } from '../../../src/contract/index.ts';
import { generating, type Pool, settleArgs } from '../../integration/fixture.ts';
import { plain, type Cases, type Stage } from './stage.ts';

const credits = { do: 'refuse', gate: 'credits', times: { firstMs: 30_000, capMs: 300_000 } } as const;

/** Closes the gate of the credits: 110 are missing. */
async function short({ pool }: Stage): Promise<void> {
  const id = await pool.create();
  await pool.admit(id);
  await pool.refuse(id, 'token', credits, { price: 110 });
}

function sweep(pool: Pool, worker: string) {
  return pool.ledger.sweep({ worker, leaseMs: 15_000, limit: 10, vehicleCheckMs: 60_000 });
}

function announce(pool: Pool) {
  const worker = { version: '0.3.0', host: 'here', queues: { submit: 20 } };
  return pool.ledger.workers.announce({ id: 'worker-1', worker, lifeMs: 45_000 });
}

/** What concerns the pool and not one generation. */
export const FLEET = {
  peek: {
    slots: plain(({ pool }) => pool.ledger.peek()),
    async wait({ pool }) {
      await pool.ledger.gates.pause('by hand');
      return () => pool.ledger.peek();
    },
  },
  sweep: {
    leader: plain(({ pool }) => sweep(pool, 'worker-1')),
    async 'leader: with much to do'({ pool, pass }) {
      await pool.create();
      const { id, taskId } = await generating(pool, { callback: true });
      await pool.ledger.settle(settleArgs(id, taskId, 'fail'));
      pass(200_000);
      return () => sweep(pool, 'worker-1');
    },
    async other({ pool }) {
      await sweep(pool, 'worker-1');
      return () => sweep(pool, 'worker-2');
    },
  },
  list: {
    async page({ pool }) {
      await pool.create();
      await pool.create();
      return () => pool.ledger.read.list({ limit: 1 });
    },
  },
  gate: {
    closed: plain(({ pool }) => pool.ledger.gates.pause('by hand')),
    async opened({ pool }) {
      await pool.ledger.gates.pause('by hand');
      return () => pool.ledger.gates.open('paused');
    },
    not_closed: plain(({ pool }) => pool.ledger.gates.open('paused')),
    async claimed(stage) {
      await short(stage);
      return () => stage.pool.ledger.gates.claimProbe();
    },
    'claimed: the balance': plain(({ pool }) => pool.ledger.gates.claimBalance(300_000)),
    async not_yet(stage) {
      await short(stage);
      await stage.pool.ledger.gates.claimProbe();
      return () => stage.pool.ledger.gates.claimProbe();
    },
    async still_closed(stage) {
      await short(stage);
      return () => stage.pool.ledger.gates.probeResult(50.5);
    },
    async 'opened: by the balance'(stage) {
      await short(stage);
      return () => stage.pool.ledger.gates.probeResult(110);
    },
    noted: plain(({ pool }) => pool.ledger.gates.noteBalance(50.5)),
  },
  mirrored: {
    async done({ pool }) {
      const { id, taskId } = await generating(pool);
      await pool.ledger.settle(settleArgs(id, taskId, 'fail'));
      return () => pool.ledger.mirrored(id, 1);
    },
  },
  configure: {
    agreed: plain(({ pool }) => pool.ledger.settings.overwrite({ submitLimit: 7, newer: 'setting' })),
    differs: plain(({ pool }) => pool.ledger.settings.agree({ submitLimit: 7 })),
  },
  announce: {
    announced: plain(({ pool }) => announce(pool)),
    async full({ pool }) {
      const { since } = await announce(pool);
      await pool.ledger.workers.leave('worker-1');
      const goneAt = since + 59_000;
      for (let i = 0; i < 500; i += 1) await pool.redis.zadd(`${pool.root}workers`, goneAt, `other-${i}`);
      return () => announce(pool);
    },
  },
  leave: {
    async left({ pool }) {
      await announce(pool);
      await sweep(pool, 'worker-1');
      return () => pool.ledger.workers.leave('worker-1');
    },
  },
  workers: {
    async workers({ pool }) {
      await announce(pool);
      await sweep(pool, 'worker-2');
      return () => pool.ledger.workers.seen();
    },
  },
} satisfies Partial<Record<ScriptName, Cases>>;
