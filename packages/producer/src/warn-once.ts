import type { IgnoredField } from '@kieq/queue';

/** So many fields are told of; whoever makes up names without end is not told of all. */
const MOST = 20;

/** Tells of each field once, where Node tells what a process should mind: by default on stderr. */
export function warnOnce(): (warning: IgnoredField) => void {
  const seen = new Set<string>();
  return ({ field, message }) => {
    if (seen.has(field) || seen.size === MOST) return;
    seen.add(field);
    process.emitWarning(`enqueue: ${field} ${message}`, 'KieqWarning');
  };
}
