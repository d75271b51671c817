import type { ScriptName } from '../../../src/contract/index.ts';
import { evidence, generating, type Pool, settleArgs, VEHICLE_CHECK_MS } from '../../integration/fixture.ts';
import { archiving } from './ending.ts';
import { NOWHERE, plain, type Cases } from './stage.ts';

const ARCHIVE = { files: [{ name: 't/v.mp4', contentType: 'video/mp4', bytes: 7, sha256: 'ab' }] };

/** Its caller has the link already. */
async function beside(pool: Pool): Promise<string> {
  const { id, taskId } = await generating(pool, { callback: true });
  await pool.ledger.settle({ ...settleArgs(id, taskId), archive: 'at-once' });
  return id;
}

async function unsaved(pool: Pool, id: string, change: { hopeless?: boolean; vehicle?: string } = {}) {
  const vehicle = (await pool.ledger.read.generation(id))?.vehicle ?? '';
  const args = { id, vehicle, tries: 0, evidence, retryDelayMs: 5000, leastTries: 1, hopeless: false };
  return () => pool.ledger.unsaved({ ...args, vehicleCheckMs: VEHICLE_CHECK_MS, ...change });
}

/** Saving results. */
export const ARCHIVING = {
  archived: {
    async succeeded({ pool }) {
      const id = await archiving(pool);
      return () => pool.ledger.archived(id, ARCHIVE);
    },
    async 'succeeded: beside a success'({ pool }) {
      const id = await beside(pool);
      return () => pool.ledger.archived(id, ARCHIVE);
    },
    async 'succeeded: after it was given up'({ pool }) {
      const id = await archiving(pool);
      await (
        await unsaved(pool, id, { hopeless: true })
      )();
      return () => pool.ledger.archived(id, ARCHIVE);
    },
    async purged({ pool }) {
      const id = await beside(pool);
      await pool.ledger.purge(id, true);
      return () => pool.ledger.archived(id, ARCHIVE);
    },
    async stale({ pool }) {
      const id = await pool.create();
      return () => pool.ledger.archived(id, ARCHIVE);
    },
    missing: plain(({ pool }) => pool.ledger.archived(NOWHERE, ARCHIVE)),
  },
  unsaved: {
    async retry({ pool }) {
      return unsaved(pool, await archiving(pool));
    },
    async given_up({ pool }) {
      return unsaved(pool, await archiving(pool), { hopeless: true });
    },
    async 'given_up: beside a success'({ pool }) {
      return unsaved(pool, await beside(pool), { hopeless: true });
    },
    async stale({ pool }) {
      return unsaved(pool, await archiving(pool), { vehicle: 'another' });
    },
    async missing({ pool }) {
      return unsaved(pool, NOWHERE);
    },
  },
} satisfies Partial<Record<ScriptName, Cases>>;
