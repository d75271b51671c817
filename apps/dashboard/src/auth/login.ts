import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Role } from './role.ts';

/** One who may come in. */
export interface Login {
  readonly user: string;
  readonly password: string;
  readonly role: Role;
}

/** The role of this user and password, or undefined. */
export type LoginCheck = (user: string, password: string) => Role | undefined;

/**
 * Makes a check whose duration reveals nothing about the logins: all sides are hashed to equal length under a key of
 * this process, and every user and password is always compared.
 */
export function loginCheck(logins: readonly Login[]): LoginCheck {
  const key = randomBytes(32);
  const digest = (text: string): Buffer => createHmac('sha256', key).update(text).digest();
  const known = logins.map(({ user, password, role }) => ({ user: digest(user), password: digest(password), role }));
  return (user, password) => {
    const given = { user: digest(user), password: digest(password) };
    let role: Role | undefined;
    for (const one of known) {
      const sameUser = timingSafeEqual(given.user, one.user);
      const samePassword = timingSafeEqual(given.password, one.password);
      if (sameUser && samePassword) role = one.role;
    }
    return role;
  };
}
