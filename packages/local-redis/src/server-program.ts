import { run } from './run.ts';

/** Sources of a server, in the order in which they are tried. */
export const SERVER_SOURCES = ['path', 'package', 'docker'] as const;
export type ServerSource = (typeof SERVER_SOURCES)[number];

export interface CommandInput {
  readonly port: number;
  readonly dataDir: string;
  /** Redis settings as `[name, value]`, without address, port and dir, which depend on the source. */
  readonly settings: readonly (readonly [string, string])[];
  /** The state file of a Sentinel; without it an ordinary server is started. */
  readonly sentinelFile?: string | undefined;
}

/** A server that can be started. */
export interface ServerProgram {
  readonly source: ServerSource;
  /** Such as `redis 7.0.15`. */
  readonly version: string;
  /** The command that runs the server in the foreground and ends on SIGTERM. */
  command(input: CommandInput): readonly string[];
  /** The environment in which to run the command. */
  readonly env: NodeJS.ProcessEnv;
}

export interface ServerVersion {
  readonly flavour: 'redis' | 'valkey';
  readonly major: number;
  readonly minor: number;
  readonly text: string;
}

/** Reads the output of `redis-server --version`; undefined for other output. */
export function parseServerVersion(output: string): ServerVersion | undefined {
  const match = /\b(redis|valkey)\b.*?\bv=(\d+)\.(\d+)(\S*)/i.exec(output);
  if (match === null) return undefined;
  const flavour = match[1]?.toLowerCase() === 'valkey' ? 'valkey' : 'redis';
  const [major, minor] = [Number(match[2]), Number(match[3])];
  return { flavour, major, minor, text: `${flavour} ${major}.${minor}${match[4] ?? ''}` };
}

/** The oldest accepted version, for Redis and Valkey alike. */
export type ServerFloor = Pick<ServerVersion, 'major' | 'minor'>;

/** Redis 7.0; Valkey begins with 7.2 (docs/operations/redis.md#requirements). */
export const DEFAULT_FLOOR: ServerFloor = { major: 7, minor: 0 };

/**
 * A program on this machine in the given environment, if it runs here and is new enough.
 * @throws Error that says why it cannot be used
 */
export async function nativeProgram(
  source: ServerSource,
  file: string,
  env: NodeJS.ProcessEnv,
  { major, minor }: ServerFloor,
): Promise<ServerProgram> {
  const output = await run(file, ['--version'], { env });
  const version = parseServerVersion(output);
  if (version === undefined) throw new Error(`${file} --version prints ${JSON.stringify(output.slice(0, 80))}`);
  const isOld = version.major < major || (version.major === major && version.minor < minor);
  if (isOld) throw new Error(`${file} is ${version.text}; at least ${major}.${minor} is needed`);
  return { source, version: version.text, env, command: (input) => [file, ...nativeArguments(input)] };
}

function nativeArguments({ port, dataDir, settings, sentinelFile }: CommandInput): string[] {
  const mode = sentinelFile === undefined ? [] : [sentinelFile, '--sentinel'];
  return [...mode, '--bind', '127.0.0.1', '--port', String(port), '--dir', dataDir, ...settingArguments(settings)];
}

export function settingArguments(settings: CommandInput['settings']): string[] {
  return settings.flatMap(([name, value]) => [`--${name}`, value]);
}
