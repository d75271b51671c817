import type { Evidence } from '@kieq/domain';
import type { Attempt } from '@kieq/ledger';
import type { Difference } from './likeness.ts';

/** Limit of a summary, in characters (`@kieq/domain`, outcomes.ts). */
const SUMMARY_LIMIT = 300;
/** Number of fields that are named. */
const NAMED = 5;

/**
 * The attempt's evidence after its task was confirmed by hand; what was seen on the wire stays. It names only the
 * fields that differ, not their values: attempts outlive the purge of the request.
 * @param lost why the response was lost, where that is known
 */
export function vouchedFor(by: string, overruled: readonly Difference[], lost: Attempt['evidence']): Evidence {
  const named = overruled.slice(0, NAMED).map(({ field }) => field);
  const more = overruled.length > NAMED ? ` and ${overruled.length - NAMED} more` : '';
  const but = named.length === 0 ? '' : `, although it differs in ${named.join(', ')}${more}`;
  const before = lost === undefined ? '' : ` Before: ${lost.summary}`;
  return { ...known(lost), summary: cut(`An operator confirmed the task (${by})${but}.${before}`) };
}

/** The fields that a stored evidence has. */
function known(evidence: Attempt['evidence']): Omit<Evidence, 'summary'> {
  const { httpStatus, code, msg, transport, body } = evidence ?? {};
  return {
    ...(httpStatus === undefined ? {} : { httpStatus }),
    ...(code === undefined ? {} : { code }),
    ...(msg === undefined ? {} : { msg }),
    ...(transport === undefined ? {} : { transport }),
    ...(body === undefined ? {} : { body }),
  };
}

function cut(text: string): string {
  return text.length <= SUMMARY_LIMIT ? text : `${text.slice(0, SUMMARY_LIMIT - 1)}…`;
}
