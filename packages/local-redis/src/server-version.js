/**
 * @typedef {object} ServerVersion
 * @property {'redis' | 'valkey'} flavour
 * @property {number} major
 * @property {number} minor
 * @property {string} text such as `redis 7.0.15`
 */

/** Programs that a Redis can be, in the order in which they are tried. */
export const SERVER_NAMES = /** @type {const} */ (['redis-server', 'valkey-server']);

/**
 * The oldest accepted version, for Redis and Valkey alike; Valkey begins with 7.2.
 * docs/operations/redis.md#requirements
 */
export const DEFAULT_FLOOR = { major: 7, minor: 0 };

/**
 * Reads the output of `redis-server --version`; undefined for other output.
 * @param {string} output
 * @returns {ServerVersion | undefined}
 */
export function parseServerVersion(output) {
  const match = /\b(redis|valkey)\b.*?\bv=(\d+)\.(\d+)(\S*)/i.exec(output);
  if (match === null) return undefined;
  const flavour = match[1]?.toLowerCase() === 'valkey' ? 'valkey' : 'redis';
  const [major, minor] = [Number(match[2]), Number(match[3])];
  return { flavour, major, minor, text: `${flavour} ${major}.${minor}${match[4] ?? ''}` };
}

/**
 * @param {Pick<ServerVersion, 'major' | 'minor'>} version
 * @param {Pick<ServerVersion, 'major' | 'minor'>} floor
 */
export function isAtLeast(version, floor) {
  return version.major > floor.major || (version.major === floor.major && version.minor >= floor.minor);
}
