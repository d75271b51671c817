import { parseArgs } from 'node:util';

export interface UpgradeOptions {
  /** The revision of Git that plays the version before. */
  readonly from: string;
}

export const USAGE = 'usage: upgrade-check --from <git revision of the version before>';

/** What may be handed to Git as a revision: never one of its options. */
const REVISION = /^[\w][\w./~^@{}-]{0,199}$/;

/** Undefined where the arguments are wrong. */
export function optionsOf(args: readonly string[]): UpgradeOptions | undefined {
  try {
    const { values } = parseArgs({ args: [...args], options: { from: { type: 'string' } } });
    const { from = '' } = values;
    return REVISION.test(from) ? { from } : undefined;
  } catch {
    return undefined;
  }
}
