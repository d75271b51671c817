import { run } from './run.ts';
import { isAtLeast, parseServerVersion, type ServerVersion } from './server-version.js';

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

/** The oldest accepted version, for Redis and Valkey alike. */
export type ServerFloor = Pick<ServerVersion, 'major' | 'minor'>;

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
  if (!isAtLeast(version, { major, minor }))
    throw new Error(`${file} is ${version.text}; at least ${major}.${minor} is needed`);
  return { source, version: version.text, env, command: (input) => [file, ...nativeArguments(input)] };
}

function nativeArguments({ port, dataDir, settings, sentinelFile }: CommandInput): string[] {
  const mode = sentinelFile === undefined ? [] : [sentinelFile, '--sentinel'];
  return [...mode, '--bind', '127.0.0.1', '--port', String(port), '--dir', dataDir, ...settingArguments(settings)];
}

export function settingArguments(settings: CommandInput['settings']): string[] {
  return settings.flatMap(([name, value]) => [`--${name}`, value]);
}
