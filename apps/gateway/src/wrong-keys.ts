import type { GatewayLimits } from './limits.ts';

/** Most addresses kept; beyond it the least recently seen ones are dropped. */
const MOST_ADDRESSES = 10_000;
/** Length from which a key cannot be guessed, in characters. */
const STRONG_LENGTH = 24;

interface Account {
  /** Number of wrong keys that the address may still send; grows with time. */
  left: number;
  at: number;
}

export type WrongKeysOptions = Pick<GatewayLimits, 'wrongKeys' | 'wrongKeyEveryMs'> & {
  /** Monotonic clock, in ms. Default: the clock of the process. */
  readonly now?: () => number;
};

/**
 * Throttles addresses that send wrong keys. Other clients may share the address, such as that of a proxy: a valid key
 * that is too long to be guessed is never throttled, and neither is a shorter one that was valid from this address
 * before.
 */
export class WrongKeys {
  readonly #burst: number;
  readonly #everyMs: number;
  readonly #now: () => number;
  readonly #accounts = new Map<string, Account>();
  readonly #trusted = new Map<string, true>();

  constructor({ wrongKeys, wrongKeyEveryMs, now = () => performance.now() }: WrongKeysOptions) {
    this.#burst = wrongKeys;
    this.#everyMs = wrongKeyEveryMs;
    this.#now = now;
  }

  /**
   * Counts an unknown key.
   * @returns seconds to wait; undefined if the address is not throttled
   */
  wrong(address: string): number | undefined {
    const account = this.#account(address);
    if (account.left < 1) return Math.max(1, Math.ceil(((1 - account.left) * this.#everyMs) / 1000));
    account.left -= 1;
    return undefined;
  }

  /**
   * Checks a valid key.
   * @param keyId identifies the key
   * @returns seconds to wait, as for a wrong key; undefined if the key is accepted
   */
  right(address: string, key: string, keyId: string): number | undefined {
    if (key.length >= STRONG_LENGTH) return undefined;
    const slot = `${keyId} ${address}`;
    const account = this.#accounts.get(address);
    const isSlowed = account !== undefined && this.#account(address).left < 1;
    if (isSlowed && !this.#trusted.has(slot)) return this.wrong(address);
    remember(this.#trusted, slot, true);
    return undefined;
  }

  #account(address: string): Account {
    const now = this.#now();
    const { left, at } = this.#accounts.get(address) ?? { left: this.#burst, at: now };
    const account = { left: Math.min(this.#burst, left + (now - at) / this.#everyMs), at: now };
    remember(this.#accounts, address, account);
    return account;
  }
}

/** Stores the value as the newest entry and drops the oldest one beyond the limit. */
function remember<Value>(map: Map<string, Value>, name: string, value: Value): void {
  map.delete(name);
  map.set(name, value);
  const [oldest] = map.keys();
  if (map.size > MOST_ADDRESSES && oldest !== undefined) map.delete(oldest);
}
