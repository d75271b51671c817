import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { DEFAULT_FLOOR, isAtLeast, parseServerVersion, SERVER_NAMES } from './server-version.js';
import { PROGRAMS, redisAdvice } from './systems.js';

// This module, and what it imports, runs before anything is installed or built: plain JavaScript, Node's modules alone.

/** Where Memurai installs itself. */
const MEMURAI = String.raw`C:\Program Files\Memurai\memurai.exe`;
/** Longest wait for a program that is asked for its version, in ms. */
const ASK_MS = 2000;

/**
 * Whether a private Redis can be had here without installing anything into the system: a server on the PATH, one that
 * was unpacked before, or apt, which fetches one into a folder.
 * @param {string} cacheDir of `findServer`
 * @param {NodeJS.ProcessEnv} env
 */
export function canStartRedis(cacheDir, env = process.env) {
  const unpacked = foldersIn(join(cacheDir, 'redis')).map((folder) => join(folder, 'usr/bin'));
  const copies = SERVER_NAMES.flatMap((name) => unpacked.map((folder) => join(folder, name)));
  if (copies.some((file) => existsSync(file))) return true;
  if (SERVER_NAMES.some((name) => filesOnPath(name, env).some((file) => isFit(file, env)))) return true;
  return filesOnPath('apt-get', env).length > 0 && filesOnPath('dpkg-deb', env).length > 0;
}

/**
 * How to get a Redis on this machine: lines for a person.
 * @param {NodeJS.ProcessEnv} env
 * @returns {string[]}
 */
export function adviceForThisMachine(env = process.env) {
  const programs = PROGRAMS.filter(
    (name) => filesOnPath(name, env).length > 0 || (name === 'memurai' && existsSync(MEMURAI)),
  );
  return redisAdvice({ platform: process.platform, osRelease: osRelease(), programs, isAnswering: isAnswering(env) });
}

/**
 * @param {string} file
 * @param {NodeJS.ProcessEnv} env
 */
function isFit(file, env) {
  try {
    const output = execFileSync(file, ['--version'], { env, encoding: 'utf8', timeout: ASK_MS, stdio: 'pipe' });
    const version = parseServerVersion(output);
    return version !== undefined && isAtLeast(version, DEFAULT_FLOOR);
  } catch {
    return false;
  }
}

/**
 * @param {string} name
 * @param {NodeJS.ProcessEnv} env
 */
function filesOnPath(name, env) {
  const names = process.platform === 'win32' ? [`${name}.exe`, `${name}.cmd`] : [name];
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.flatMap((folder) => names.map((one) => join(folder, one))).filter(isExecutable);
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} folder */
function foldersIn(folder) {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function osRelease() {
  try {
    return readFileSync('/etc/os-release', 'utf8');
  } catch {
    return '';
  }
}

/**
 * A process of its own asks, so that this function needs no promise.
 * @param {NodeJS.ProcessEnv} env
 */
function isAnswering(env) {
  const script = `const socket = require('node:net').connect(6379, '127.0.0.1', () => socket.write('PING\\r\\n'));
    socket.setTimeout(500, () => process.exit(1)).on('error', () => process.exit(1));
    socket.on('data', (chunk) => process.exit(/^(\\+PONG|-NOAUTH)/.test(chunk) ? 0 : 1));`;
  try {
    execFileSync(process.execPath, ['-e', script], { env, timeout: ASK_MS, stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
