import { MAX_FILE_BYTES } from './limits.ts';

const MAX_NAME = 512;
/** Longest segment that file systems accept. */
const MAX_SEGMENT = 255;

/**
 * Names come from kieq's own code, so a bad one is a defect there; the name itself may be hostile and is not shown.
 * @throws RangeError naming the rule
 */
export function checkName(name: string): void {
  const rule = brokenRule(name);
  if (rule !== undefined) throw new RangeError(`the name of a stored file ${rule}`);
}

/** @throws RangeError */
export function checkSize(bytes: Uint8Array): void {
  if (bytes.byteLength > MAX_FILE_BYTES)
    throw new RangeError(`a stored file must have at most ${MAX_FILE_BYTES} bytes; received ${bytes.byteLength}`);
}

function brokenRule(name: string): string | undefined {
  if (name.length > MAX_NAME) return `must have at most ${MAX_NAME} characters`;
  if (name.startsWith('/')) return 'must not start with a slash';
  const segments = name.split('/');
  if (segments.includes('')) return 'must not have empty segments';
  if (!segments.every((segment) => /^[\w.-]+$/.test(segment)))
    return 'must consist of letters, digits, dots, underscores, hyphens and slashes';
  if (segments.some((segment) => /^\.+$/.test(segment))) return 'must not have segments of dots only';
  if (segments.some((segment) => segment.length > MAX_SEGMENT))
    return `must not have segments of more than ${MAX_SEGMENT} characters`;
  return undefined;
}
