import type { IgnoredField } from '@kieq/queue';

/** Most fields that are warned of: a caller that generates field names must not flood stderr. */
const MOST = 20;

/** Warns of each field once, as a warning of the Node process: by default on stderr. */
export function warnOnce(): (warning: IgnoredField) => void {
  const seen = new Set<string>();
  return ({ field, message }) => {
    if (seen.has(field) || seen.size === MOST) return;
    seen.add(field);
    process.emitWarning(`enqueue: ${field} ${message}`, 'KieqWarning');
  };
}
