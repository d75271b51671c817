import type { Problem } from '@kieq/kie';
import { LossyNumber } from './json-text.ts';

const RECEIVED_LIMIT = 200;
/** Half of a character: no UTF-8 has it, so that whoever writes it down writes something else. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * What in a value would not arrive as it was meant: halves of characters (`"\ud800"`), and numbers whose digits a
 * JavaScript number does not hold. Kie would be paid for something else.
 * @param field put before the name of every field
 * @param levels so deep it looks; what is deeper is refused for that
 */
export function textProblems(value: unknown, field = '', levels = 100): Problem[] {
  if (typeof value === 'string')
    return halves(value, field, 'must have whole characters (a lone surrogate is half of one)');
  if (value instanceof LossyNumber) {
    const rule = 'must have no more digits than a double holds; give it as text where the model takes text';
    return [{ field, rule, received: value.source.slice(0, RECEIVED_LIMIT) }];
  }
  if (typeof value !== 'object' || value === null || levels === 0) return [];
  const isList = Array.isArray(value);
  return Object.entries(value).flatMap(([name, inner]) => {
    // Joined and not looked at: a long name would be copied for each field within.
    const path = isList ? `${field}[${name}]` : field === '' ? name : `${field}.${name}`;
    return [...halves(name, path, 'must be named in whole characters'), ...textProblems(inner, path, levels - 1)];
  });
}

function halves(text: string, field: string, rule: string): Problem[] {
  if (!LONE_SURROGATE.test(text)) return [];
  return [
    {
      field: field.replaceAll(/\p{Surrogate}/gu, '\ufffd'),
      rule,
      received: JSON.stringify(text).slice(0, RECEIVED_LIMIT),
    },
  ];
}
