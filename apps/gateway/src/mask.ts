import type { Problem } from '@kieq/kie';
import { isSecretName, MASK } from '@kieq/telemetry';

/** A name that looks like one of a secret, and is none. */
const HARMLESS = /^idempotency[-_]?key$/i;
/** The name of a member of an object in JSON text, which may be cut off anywhere behind it. */
const NAME = /"((?:[^"\\]|\\.)*)":/g;
/** A text, or a number or word, at the start of what is left. */
const PLAIN_VALUE = /^(?:"(?:[^"\\…]|\\.)*"?|[^",{}[\]…]+)/;

/**
 * Problems as they may be shown: what was received under the name of a secret is masked, alone or within an object,
 * and so is what `scrub` knows.
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
    // An object or a list may hold anything, so that nothing behind it is shown.
    if (value === null) return shown;
    from = valueAt + value[0].length;
  }
  return shown + json.slice(from);
}

function isSecretField(name: string): boolean {
  return isSecretName(name) && !HARMLESS.test(name);
}
