import { DEAD_LETTER_CLASSES, GATE_REASONS, SUBMIT_CLASSES } from '@kieq/domain';
import type { PoolStatus } from './status.ts';

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
  'price_changed',
  'archived',
  ...DEAD_LETTER_CLASSES.map((name) => `letter:${name}`),
  ...GATE_REASONS.map((reason) => `gate:${reason}`),
  'notice:delivered',
  'renoticed',
  'purged',
  'index_repaired',
];

/** Largest number of labels of one kind that a newer version adds: a metric must not grow without bounds. */
const NEWER_AT_MOST = 20;

/** The same with the gates and dead letters of a newer version that this pool has seen. */
export function poolEvents({ stats }: Pick<PoolStatus, 'stats'>): string[] {
  return [...POOL_EVENTS, ...newerAmong(stats, 'letter:'), ...newerAmong(stats, 'gate:')];
}

/** Every gate that this version knows, and those of a newer one that this pool has seen or that are closed now. */
export function gateReasons({ stats, gates }: Pick<PoolStatus, 'stats' | 'gates'>): string[] {
  const seen = newerAmong(stats, 'gate:').map((event) => event.slice('gate:'.length));
  const closed = gates.map(({ reason }): string => reason).slice(0, GATE_REASONS.length + NEWER_AT_MOST);
  return [...new Set([...GATE_REASONS, ...seen, ...closed])];
}

function newerAmong(stats: PoolStatus['stats'], kind: string): string[] {
  const newer = Object.keys(stats).filter((name) => name.startsWith(kind) && !POOL_EVENTS.includes(name));
  return newer.toSorted().slice(0, NEWER_AT_MOST);
}
