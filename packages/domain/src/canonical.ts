/**
 * JSON text with sorted keys: two payloads that mean the same give the same text, so that a second request with the
 * same idempotency key and payload is a repetition and not a conflict. Undefined members are left out, as in JSON.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value)) ?? 'null';
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value).toSorted()) {
    const member = sorted(Reflect.get(value, key));
    // An assignment would set the prototype, and the member would be lost.
    if (key === '__proto__') Object.defineProperty(copy, key, { value: member, enumerable: true });
    else copy[key] = member;
  }
  return copy;
}
