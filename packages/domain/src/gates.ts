import { rowNames } from './row-names.ts';

/**
 * How a gate opens.
 *
 * - `timed`: when its time is over.
 * - `probe`: when a worker reads a balance that covers what was refused.
 * - `canary`: half-open; one real generation at a time passes, and any other response than the refusal opens it.
 * - `manual`: an operator opens it.
 */
export const GATE_MODES = ['timed', 'probe', 'canary', 'manual'] as const;
export type GateMode = (typeof GATE_MODES)[number];

/** The fixed properties of a gate. */
export interface GateRow {
  readonly mode: GateMode;
}

const rows = {
  'rate-limit': { mode: 'timed' },
  credits: { mode: 'probe' },
  'key-cap': { mode: 'canary' },
  'bad-key': { mode: 'canary' },
  maintenance: { mode: 'canary' },
  unreachable: { mode: 'canary' },
  refusing: { mode: 'canary' },
  paused: { mode: 'manual' },
} as const satisfies Readonly<Record<string, GateRow>>;

/** Reasons why the whole fleet stops submitting. */
export type GateReason = keyof typeof rows;

/** The one definition of the gates, in the order in which lists show them. */
export const GATES: Readonly<Record<GateReason, GateRow>> = rows;

/** All reasons, in the order of the table. */
export const GATE_REASONS = rowNames(GATES);
