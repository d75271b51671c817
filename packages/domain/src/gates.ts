import { rowNames } from './row-names.ts';

/**
 * How a gate opens.
 *
 * - `timed`: by itself, when its time is over.
 * - `probe`: when a worker that asks for the balance sees that it covers what was refused.
 * - `canary`: half-open; one real generation at a time is let through, and any other answer than the refusal opens it.
 * - `manual`: a person opens it.
 */
export const GATE_MODES = ['timed', 'probe', 'canary', 'manual'] as const;
export type GateMode = (typeof GATE_MODES)[number];

/** Everything that the ledger knows of a gate beforehand. */
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
