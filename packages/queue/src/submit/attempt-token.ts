import { randomBytes } from 'node:crypto';
import { digest } from '@kieq/domain';

/** The secret of one attempt: it travels in the callback address; the ledger holds only its hash. */
export interface AttemptToken {
  readonly secret: string;
  readonly hash: string;
}

export function mintAttemptToken(): AttemptToken {
  const secret = randomBytes(24).toString('base64url');
  return { secret, hash: hashAttemptToken(secret) };
}

export function hashAttemptToken(secret: string): string {
  return digest('attempt', secret);
}
