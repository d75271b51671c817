import { hash } from 'node:crypto';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
export const GENERATION_ID = /^gen_[0-9a-z]{10,64}$/;

/**
 * A generation id that sorts by time: `gen_`, ten characters of time, sixteen random ones.
 * @param nowMs epoch ms
 * @param randomBytes at least ten bytes of a cryptographic source
 */
export function timedGenerationId(nowMs: number, randomBytes: Uint8Array): string {
  let time = '';
  for (let rest = nowMs, i = 0; i < 10; i += 1, rest = Math.floor(rest / 32)) time = char(rest % 32) + time;
  let chance = '';
  for (const byte of randomBytes.subarray(0, 16)) chance += char(byte % 32);
  return `gen_${time}${chance}`;
}

/** The generation id of a tenant's idempotency key: the same key always names the same generation. */
export function keyedGenerationId(tenant: string, idempotencyKey: string): string {
  return `gen_${digest('key', tenant, idempotencyKey).slice(0, 40)}`;
}

/**
 * The generation id of a job that another BullMQ client added without one; the same job always names the same
 * generation.
 */
export function jobGenerationId(tenant: string, jobId: string, addedAtMs: number): string {
  return `gen_${digest('job', tenant, jobId, String(addedAtMs)).slice(0, 40)}`;
}

/** SHA-256 over the parts, hex; each part is prefixed by its length, so that no two lists collide. */
export function digest(...parts: readonly string[]): string {
  return hash('sha256', parts.map((part) => `${part.length}:${part};`).join(''));
}

function char(index: number): string {
  return ALPHABET[index] ?? '0';
}
