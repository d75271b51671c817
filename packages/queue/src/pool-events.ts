import { DEAD_LETTER_CLASSES, GATE_REASONS, SUBMIT_CLASSES } from '@kieq/domain';

/**
 * Everything that the ledger counts over a pool's life. Shown from 0 on, since a counter that appears with its first
 * event hides that one from `increase()`.
 */
export const POOL_EVENTS: readonly string[] = [
  'created',
  'admitted',
  'accepted',
  'adopted',
  'surplus',
  'recovered',
  'lost',
  'expired',
  ...SUBMIT_CLASSES.filter((name) => name !== 'accepted' && name !== 'unknown').map((name) => `refused:${name}`),
  'requeued',
  'resubmitted',
  'redriven',
  'paid_again',
  'hinted',
  'claimed',
  'verdict:success',
  'verdict:fail',
  ...DEAD_LETTER_CLASSES.map((name) => `letter:${name}`),
  ...GATE_REASONS.map((reason) => `gate:${reason}`),
  'notice:delivered',
  'renoticed',
  'purged',
  'index_repaired',
];
