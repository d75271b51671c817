import { createHash, randomBytes } from 'node:crypto';
import type { Role } from './role.ts';

/** A user who has logged in. */
export interface Session {
  readonly user: string;
  readonly role: Role;
}

/** A day's shift; then the password is asked for again. */
export const SESSION_MS = 12 * 3_600_000;
const SESSIONS = 1000;

/**
 * The sessions of this process; they end with it. Only a hash of each id is kept, so that neither a dump of the memory
 * nor the duration of a lookup reveals one.
 */
export class Sessions {
  readonly #open = new Map<string, Session & { readonly until: number }>();
  readonly #nowMs: () => number;

  /** @param nowMs a monotonic clock */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** The id for the cookie: 256 random bits. */
  begin({ user, role }: Session): string {
    const id = randomBytes(32).toString('base64url');
    this.#open.set(hashed(id), { user, role, until: this.#nowMs() + SESSION_MS });
    const [oldest] = this.#open.keys();
    if (this.#open.size > SESSIONS && oldest !== undefined) this.#open.delete(oldest);
    return id;
  }

  find(id: string): Session | undefined {
    const session = this.#open.get(hashed(id));
    if (session === undefined) return undefined;
    if (session.until > this.#nowMs()) return session;
    this.end(id);
    return undefined;
  }

  end(id: string): void {
    this.#open.delete(hashed(id));
  }
}

function hashed(id: string): string {
  return createHash('sha256').update(id).digest('base64');
}
