import type { GatewayLimits } from './limits.ts';

/** Addresses that are remembered; beyond them the ones seen longest ago are forgotten. */
const MOST_ADDRESSES = 10_000;
/** A key that nobody guesses. */
const STRONG_LENGTH = 24;

interface Account {
  /** How many wrong keys may still come; grows with time. */
  left: number;
  at: number;
}

export type WrongKeysOptions = Pick<GatewayLimits, 'wrongKeys' | 'wrongKeyEveryMs'> & {
  /** A monotonic clock, in ms. Default the process's. */
  readonly now?: () => number;
};

/**
 * Slows down whoever guesses keys, by address. A key that is long enough cannot be guessed: it is never refused because
 * of strangers at the same address, such as a proxy's. A shorter one that was right from that address before is not
 * either.
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
   * Judges a key that is nobody's.
   * @returns seconds to wait; undefined while the address may guess
   */
  wrong(address: string): number | undefined {
    const account = this.#account(address);
    if (account.left < 1) return Math.max(1, Math.ceil(((1 - account.left) * this.#everyMs) / 1000));
    account.left -= 1;
    return undefined;
  }

  /**
   * Judges a key that is somebody's.
   * @param keyId tells keys apart
   * @returns seconds to wait, as for a wrong one; undefined where it is taken
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

/** As the newest entry; the oldest goes where there are too many. */
function remember<Value>(map: Map<string, Value>, name: string, value: Value): void {
  map.delete(name);
  map.set(name, value);
  const [oldest] = map.keys();
  if (map.size > MOST_ADDRESSES && oldest !== undefined) map.delete(oldest);
}
