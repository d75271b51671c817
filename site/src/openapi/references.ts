import { z } from 'zod';

const object = z.record(z.string(), z.unknown());

/**
 * A document with everything that it names by `$ref` put in the place of the name.
 * @param names which names; others stay
 * @throws Error where the document does not have what it names, or where something contains itself
 */
export function withoutNames(document: unknown, names: RegExp): unknown {
  const put = (value: unknown, within: readonly string[]): unknown => {
    if (Array.isArray(value)) return value.map((one) => put(one, within));
    const fields = object.safeParse(value).data;
    if (fields === undefined) return value;
    const reference = fields['$ref'];
    if (typeof reference !== 'string' || !names.test(reference))
      return Object.fromEntries(Object.entries(fields).map(([key, one]) => [key, put(one, within)]));
    if (within.includes(reference)) throw new Error(`the document's ${reference} contains itself`);
    return put(namedBy(reference, document), [...within, reference]);
  };
  return put(document, []);
}

function namedBy(reference: string, document: unknown): unknown {
  const keys = reference.replace(/^#\//, '').split('/');
  const found = keys
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((value, key) => object.safeParse(value).data?.[key], document);
  if (found === undefined) throw new Error(`the document does not have its ${reference}`);
  return found;
}
