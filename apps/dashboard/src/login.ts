import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** The one login of the dashboard. */
export interface Login {
  readonly user: string;
  readonly password: string;
}

/**
 * Makes a check whose duration tells nothing about the login: both sides are hashed to equal length under a key of
 * this process, and user and password are always both compared.
 */
export function loginCheck(login: Login): (user: string, password: string) => boolean {
  const key = randomBytes(32);
  const digest = (text: string): Buffer => createHmac('sha256', key).update(text).digest();
  const expected = { user: digest(login.user), password: digest(login.password) };
  return (user, password) => {
    const sameUser = timingSafeEqual(digest(user), expected.user);
    const samePassword = timingSafeEqual(digest(password), expected.password);
    return sameUser && samePassword;
  };
}
