/**
 * What a machine is, as far as the way to a Redis depends on it.
 * @typedef {object} Machine
 * @property {string} platform as `process.platform`
 * @property {string} osRelease text of `/etc/os-release`; empty where there is none
 * @property {readonly string[]} programs which of `PROGRAMS` are there
 * @property {boolean} isAnswering whether something answers as a Redis does at port 6379 of this machine
 */

/** @typedef {'debian' | 'fedora' | 'rhel' | 'alpine' | 'arch' | 'suse' | 'macos' | 'windows' | 'other'} System */

/** Programs that change the advice. */
export const PROGRAMS = /** @type {const} */ (['docker', 'podman', 'memurai']);

/** Distributions by the words of `ID` and `ID_LIKE`, the own name first: Rocky Linux is like `rhel centos fedora`. */
const DISTRIBUTIONS = /** @type {const} */ ([
  ['debian', ['debian', 'ubuntu']],
  ['rhel', ['rhel', 'centos', 'rocky', 'almalinux', 'amzn']],
  ['fedora', ['fedora']],
  ['alpine', ['alpine']],
  ['arch', ['arch']],
  ['suse', ['suse', 'opensuse', 'sles']],
]);

/** @type {Readonly<Record<System, readonly string[]>>} */
const INSTALL = {
  debian: ['Debian, Ubuntu: sudo apt install redis-server'],
  fedora: ['Fedora: sudo dnf install valkey    (up to Fedora 40: sudo dnf install redis)'],
  rhel: ['RHEL and its relatives: sudo dnf install valkey    (version 9: sudo dnf module install redis:7)'],
  alpine: ['Alpine: apk add valkey    (up to Alpine 3.19: apk add redis)'],
  arch: ['Arch: sudo pacman -S valkey'],
  suse: ['openSUSE: sudo zypper install valkey'],
  macos: ['macOS: brew install redis'],
  windows: [
    'Windows: run kieq within WSL (wsl --install), and there: sudo apt install redis-server',
    'or install Memurai, a Redis for Windows: winget install Memurai.MemuraiDeveloper; then set REDIS_URL=redis://127.0.0.1:6379',
  ],
  other: ['Install redis-server or valkey-server with the package manager of this system, so that it is on the PATH'],
};

/**
 * @param {Pick<Machine, 'platform' | 'osRelease'>} machine
 * @returns {System}
 */
export function systemOf({ platform, osRelease }) {
  if (platform === 'darwin') return 'macos';
  if (platform === 'win32') return 'windows';
  for (const word of [...wordsOf(osRelease, 'ID'), ...wordsOf(osRelease, 'ID_LIKE')]) {
    const found = DISTRIBUTIONS.find(([, names]) => names.some((name) => word === name || word.startsWith(`${name}-`)));
    if (found !== undefined) return found[0];
  }
  return 'other';
}

/**
 * How to get a Redis on a machine that has none which kieq could start: lines for a person.
 * @param {Machine} machine
 * @returns {string[]}
 */
export function redisAdvice(machine) {
  const { programs, isAnswering } = machine;
  const running = isAnswering
    ? ['A Redis answers on this machine. To use it: REDIS_URL=redis://127.0.0.1:6379']
    : programs.includes('memurai')
      ? ['Memurai is installed. Start its service, and set REDIS_URL=redis://127.0.0.1:6379']
      : [];
  const engine = programs.find((name) => name === 'docker' || name === 'podman');
  return [
    ...running,
    ...INSTALL[systemOf(machine)],
    ...(engine === undefined ? [] : containerAdvice(engine)),
    'or name a server that runs elsewhere, Redis from 7.0 or Valkey from 7.2: REDIS_URL=redis://…',
  ];
}

/**
 * A command that starts a Redis which only this machine reaches. Nothing of kieq runs it without being asked.
 * @param {string} engine
 */
function containerAdvice(engine) {
  const name = 'kieq-redis';
  // Podman asks for the registry of a short name.
  const image = engine === 'podman' ? 'docker.io/library/redis:7-alpine' : 'redis:7-alpine';
  const server = 'redis-server --appendonly yes --maxmemory-policy noeviction';
  return [
    `or in a container, which only this machine reaches: ${engine} run -d --name ${name} -p 127.0.0.1:6379:6379 ${image} ${server}`,
    '   and then set REDIS_URL=redis://127.0.0.1:6379',
  ];
}

/**
 * The words of one line of `/etc/os-release`.
 * @param {string} text
 * @param {string} key
 */
function wordsOf(text, key) {
  const value = new RegExp(`^${key}=["']?([^"'\\n]*)`, 'm').exec(text)?.[1] ?? '';
  return value.toLowerCase().split(/\s+/).filter(Boolean);
}
