/** Ordered: the worst of a run decides about its exit code. */
const LEVELS = ['ok', 'skipped', 'warning', 'problem'] as const;
export type Level = (typeof LEVELS)[number];

export const CHECKS = [
  'environment',
  'redis',
  'latency',
  'settings',
  'limits',
  'kie',
  'credits',
  'clock',
  'proxy',
  'callbacks',
  'door',
  'uploads',
  'archive',
  'workers',
  'pool',
] as const;
export type CheckName = (typeof CHECKS)[number];

/** One thing that was looked at. */
export interface Finding {
  readonly check: CheckName;
  readonly level: Level;
  /** One sentence; what was found, with numbers. */
  readonly message: string;
  /** How to mend it, where there is something to mend. */
  readonly fix?: string;
}

export function ok(check: CheckName, message: string): Finding {
  return { check, level: 'ok', message };
}

/** It could not be looked at. */
export function skipped(check: CheckName, message: string, fix: string): Finding {
  return { check, level: 'skipped', message, fix };
}

/** It works, but will cost or hurt some day. */
export function warning(check: CheckName, message: string, fix: string): Finding {
  return { check, level: 'warning', message, fix };
}

/** Work stands still, is lost, or is about to be. */
export function problem(check: CheckName, message: string, fix: string): Finding {
  return { check, level: 'problem', message, fix };
}

export function worstOf(findings: readonly Finding[]): Level {
  return LEVELS[Math.max(0, ...findings.map(({ level }) => LEVELS.indexOf(level)))] ?? 'ok';
}
