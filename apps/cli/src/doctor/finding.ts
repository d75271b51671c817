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
  'prices',
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

/** The result of one check. */
export interface Finding {
  readonly check: CheckName;
  readonly level: Level;
  /** One sentence: what was found, with numbers. */
  readonly message: string;
  /** How to fix it, if there is something to fix. */
  readonly fix?: string;
}

export function ok(check: CheckName, message: string): Finding {
  return { check, level: 'ok', message };
}

/** The check could not run. */
export function skipped(check: CheckName, message: string, fix: string): Finding {
  return { check, level: 'skipped', message, fix };
}

/** It works, but will cost money or fail one day. */
export function warning(check: CheckName, message: string, fix: string): Finding {
  return { check, level: 'warning', message, fix };
}

/** Work stops or is lost, or will be. */
export function problem(check: CheckName, message: string, fix: string): Finding {
  return { check, level: 'problem', message, fix };
}

export function worstOf(findings: readonly Finding[]): Level {
  return LEVELS[Math.max(0, ...findings.map(({ level }) => LEVELS.indexOf(level)))] ?? 'ok';
}
