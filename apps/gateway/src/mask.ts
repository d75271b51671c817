import type { Problem } from '@kieq/kie';
import { isSecretName, MASK } from '@kieq/telemetry';

/** A field name that looks secret but is not. */
const HARMLESS = /^idempotency[-_]?key$/i;
/** Name of a member of an object in JSON text; the text may be cut off anywhere after it. */
const NAME = /"((?:[^"\\]|\\.)*)":/g;
/** A string, number or word at the start of the remaining text. */
const PLAIN_VALUE = /^(?:"(?:[^"\\…]|\\.)*"?|[^",{}[\]…]+)/;

/**
 * Masks problems for the response: values under the name of a secret, alone or within an object, and everything that
 * `scrub` masks.
 */
export function maskProblems(problems: readonly Problem[], scrub: (text: string) => string): Problem[] {
  return problems.map(({ field, rule, received }) => {
    const isSecret = received !== 'undefined' && field.split(/[.[\]]/).some(isSecretField);
    return { field: scrub(field), rule: scrub(rule), received: isSecret ? MASK : maskMembers(scrub(received)) };
  });
}

function maskMembers(json: string): string {
  let shown = '';
  let from = 0;
  for (const { index, 0: member, 1: name = '' } of json.matchAll(NAME)) {
    if (index < from || !isSecretField(name)) continue;
    const valueAt = index + member.length;
    shown += `${json.slice(from, valueAt)}"${MASK}"`;
    const value = PLAIN_VALUE.exec(json.slice(valueAt));
    // An object or list may contain secrets, so the rest of the text is dropped.
    if (value === null) return shown;
    from = valueAt + value[0].length;
  }
  return shown + json.slice(from);
}

function isSecretField(name: string): boolean {
  return isSecretName(name) && !HARMLESS.test(name);
}
