import { DEAD_LETTER_CLASSES, readWord } from '@kieq/domain';
import { NEWER_WORD, openNewerDeadLetter } from '../../../../testkit/src/newer-version.ts';
import type { ScriptName } from '../../../src/contract/index.ts';
import {
  ACCOUNT,
  evidence,
  generating,
  type Pool,
  redriveArgs,
  settleArgs,
  unknown,
  VEHICLE_CHECK_MS,
} from '../../integration/fixture.ts';
import { LIMITS, NOWHERE, plain, type Cases, type Stage } from './stage.ts';

export async function archiving(pool: Pool): Promise<string> {
  const { id, taskId } = await generating(pool, { callback: true });
  await pool.ledger.settle({ ...settleArgs(id, taskId), archive: 'wait' });
  return id;
}

/** A dead generation whose caller waits for a callback. */
async function stuck({ pool }: Stage): Promise<string> {
  const { id } = await generating(pool, { callback: true });
  await pool.ledger.kill({ id, class: 'task_stuck', expected: 'generating', evidence });
  return id;
}

async function paymentUnknown({ pool, pass }: Stage): Promise<string> {
  const { id } = await unknown(pool);
  pass(LIMITS.unknownWindowMs);
  await pool.ledger.kill({ id, class: 'payment_unknown', expected: 'unknown', evidence });
  return id;
}

async function ended(pool: Pool): Promise<string> {
  const { id, taskId } = await generating(pool, { callback: true });
  await pool.ledger.settle(settleArgs(id, taskId));
  return id;
}

function deliveryTried(
  pool: Pool,
  id: string,
  change: { delivered?: boolean; vehicle?: string; giveUpMs?: number } = {},
) {
  const args = { id, vehicle: `${id}-1`, delivered: false, evidence, tries: 0, retryDelayMs: 5000, giveUpMs: 60_000 };
  return pool.ledger.deliveryTried({ ...args, ...change });
}

/** Ends, dead letters, and the ways out of them. */
export const ENDING = {
  kill: {
    async dead({ pool }) {
      const { id } = await generating(pool, { callback: true });
      return () => pool.ledger.kill({ id, class: 'task_stuck', expected: 'generating', evidence });
    },
    'dead: without a record': plain(({ pool }) =>
      pool.ledger.kill({ id: NOWHERE, class: 'record_missing', evidence, vehicle: `${NOWHERE}-3`, callback: true }),
    ),
    async not_yet({ pool }) {
      const { id } = await unknown(pool);
      return () => pool.ledger.kill({ id, class: 'payment_unknown', expected: 'unknown', evidence });
    },
    async wrong_account({ pool }) {
      const { id } = await generating(pool);
      return () => pool.ledger.kill({ id, class: 'task_lost', expected: 'generating', evidence, account: 'staging' });
    },
    async stale({ pool }) {
      const id = await pool.create();
      await pool.admit(id);
      return () => pool.ledger.kill({ id, class: 'payment_unknown', expected: 'submitting', evidence });
    },
    missing: plain(({ pool }) =>
      pool.ledger.kill({ id: NOWHERE, class: 'task_lost', expected: 'generating', evidence, account: ACCOUNT }),
    ),
  },
  redrive: {
    async newer({ pool }) {
      const id = await pool.create();
      await openNewerDeadLetter(pool, id);
      const deadLetterClass = readWord(DEAD_LETTER_CLASSES, NEWER_WORD);
      return () => pool.ledger.redrive(redriveArgs(id, deadLetterClass, 'queued', { payAgain: true }));
    },
    async redriven(stage) {
      const id = await stuck(stage);
      return () => stage.pool.ledger.redrive(redriveArgs(id, 'task_stuck', 'generating'));
    },
    async 'redriven: paid again'(stage) {
      const id = await paymentUnknown(stage);
      return () => stage.pool.ledger.redrive(redriveArgs(id, 'payment_unknown', 'queued', { payAgain: true }));
    },
    async 'redriven: its window begins anew'(stage) {
      const id = await paymentUnknown(stage);
      return () => stage.pool.ledger.redrive(redriveArgs(id, 'payment_unknown', 'unknown'));
    },
    async 'redriven: the callback alone'({ pool }) {
      const id = await ended(pool);
      await deliveryTried(pool, id, { giveUpMs: 0 });
      return () => pool.ledger.redrive(redriveArgs(id, 'notify_failed', 'notify'));
    },
    async 'redriven: to be saved'({ pool }) {
      const id = await archiving(pool);
      await pool.ledger.kill({ id, class: 'archive_failed', expected: 'archiving', evidence });
      return () => pool.ledger.redrive(redriveArgs(id, 'archive_failed', 'archiving'));
    },
    async would_redrive(stage) {
      const id = await stuck(stage);
      return () => stage.pool.ledger.redrive(redriveArgs(id, 'task_stuck', 'generating', { dryRun: true }));
    },
    async no_letter({ pool }) {
      const id = await pool.create();
      return () => pool.ledger.redrive(redriveArgs(id, 'task_stuck', 'generating'));
    },
    async no_payload({ pool }) {
      await pool.ledger.kill({ id: NOWHERE, class: 'record_missing', evidence });
      return () => pool.ledger.redrive(redriveArgs(NOWHERE, 'record_missing', 'queued', { payAgain: true }));
    },
    async too_early({ pool }) {
      await pool.ledger.settings.overwrite({ unknownWindowMs: 0 });
      const { id } = await unknown(pool);
      await pool.ledger.kill({ id, class: 'payment_unknown', expected: 'unknown', evidence });
      return () => pool.ledger.redrive(redriveArgs(id, 'payment_unknown', 'queued', { payAgain: true }));
    },
    async by_hand({ pool }) {
      await pool.ledger.settings.overwrite({ unknownWindowMs: 0 });
      const { id, token } = await unknown(pool);
      await pool.ledger.callback({ id, tokenHash: token, taskId: 'task-named', vehicleCheckMs: VEHICLE_CHECK_MS });
      await pool.ledger.kill({ id, class: 'payment_unknown', expected: 'unknown', evidence });
      const args = redriveArgs(id, 'payment_unknown', 'queued', { payAgain: true });
      return () => pool.ledger.redrive({ ...args, automatic: true });
    },
    missing: plain(({ pool }) => pool.ledger.redrive(redriveArgs(NOWHERE, 'task_stuck', 'generating'))),
  },
  purge: {
    async newer({ pool }) {
      const id = await pool.create();
      await openNewerDeadLetter(pool, id);
      return () => pool.ledger.purge(id, true);
    },
    async purged({ pool }) {
      const id = await ended(pool);
      return () => pool.ledger.purge(id, false);
    },
    async 'purged: with images'({ pool }) {
      const id = await pool.create({ uploads: true });
      await pool.ledger.cancel(id);
      return () => pool.ledger.purge(id, false);
    },
    async 'purged: a dead letter, by force'(stage) {
      const id = await stuck(stage);
      return () => stage.pool.ledger.purge(id, true);
    },
    'purged: what was never there': plain(({ pool }) => pool.ledger.purge(NOWHERE, false)),
    async open_letter(stage) {
      const id = await stuck(stage);
      return () => stage.pool.ledger.purge(id, false);
    },
    async stale({ pool }) {
      const id = await pool.create();
      return () => pool.ledger.purge(id, true);
    },
  },
  delivery_tried: {
    async delivered({ pool }) {
      const id = await ended(pool);
      return () => deliveryTried(pool, id, { delivered: true });
    },
    async retry({ pool }) {
      const id = await ended(pool);
      return () => deliveryTried(pool, id);
    },
    async given_up({ pool }) {
      const id = await ended(pool);
      return () => deliveryTried(pool, id, { giveUpMs: 0 });
    },
    async stale({ pool }) {
      const id = await ended(pool);
      return () => deliveryTried(pool, id, { vehicle: 'another' });
    },
    missing: plain(({ pool }) => deliveryTried(pool, NOWHERE)),
  },
  redeliver: {
    async redelivered({ pool }) {
      const id = await ended(pool);
      return () => pool.ledger.redeliver(id, `${id}-1`);
    },
    async stale({ pool }) {
      const id = await ended(pool);
      return () => pool.ledger.redeliver(id, 'another');
    },
    missing: plain(({ pool }) => pool.ledger.redeliver(NOWHERE, 'v')),
  },
} satisfies Partial<Record<ScriptName, Cases>>;
