import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import type { Argument, Option } from 'commander';
import { settingsText, parseEnvironment, poolSettings, type RawEnvironment } from '@kieq/config';
import { createLedger, type Ledger } from '@kieq/ledger';
import { inject } from 'vitest';
import { testRedis, type TestRedis } from '../../../packages/testkit/src/redis.ts';
import type { Io } from '../src/io.ts';
import { Output } from '../src/output.ts';
import { commandsOf, type PlacedCommand } from '../src/program/command.ts';
import { programOf, run } from '../src/run.ts';

/** What commands that enqueue say first where no worker runs. */
export const NO_WORKER =
  /^No worker is running on the pool .* \((none was ever seen|the last one was seen .* ago)\); .*\n/;

interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The one JSON document of the standard output. */
  readonly json: unknown;
  /** Its JSON lines. */
  readonly lines: readonly unknown[];
}

interface RunOptions {
  /** What a person types; its presence makes a terminal. */
  readonly typed?: string;
  /** What is piped in. */
  readonly piped?: string;
  /** SIGINT comes as soon as a result is printed, or a text, on whichever stream, that has this part or satisfies this. */
  readonly interrupt?: boolean | string | ((text: string) => boolean);
  /** Both outputs are a terminal of this width. */
  readonly columns?: number;
  /** In addition to the pool's environment. */
  readonly env?: RawEnvironment;
}

/** Runs one command line in this process. */
export async function runCli(
  argv: readonly string[],
  env: RawEnvironment,
  options: RunOptions = {},
): Promise<RunResult> {
  let stdout = '';
  let stderr = '';
  const listeners = new Set<() => void>();
  const { interrupt, columns } = options;
  const heard = (text: string, isResult: boolean): void => {
    const isTime = typeof interrupt === 'string' ? text.includes(interrupt) : interrupt === true && isResult;
    const isAsked = typeof interrupt === 'function' && interrupt(text);
    if (isTime || isAsked) for (const listener of listeners) listener();
  };
  const terminal = columns === undefined ? {} : { isTTY: true, columns };
  const io: Io = {
    stdout: {
      ...terminal,
      write(text) {
        stdout += text;
        heard(text, true);
      },
    },
    stderr: {
      ...terminal,
      write(text) {
        stderr += text;
        heard(text, false);
      },
    },
    stdin: options.typed === undefined ? Readable.from(options.piped ?? '') : new PassThrough().end(options.typed),
    isTTY: options.typed !== undefined,
    onInterrupt(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const code = await run(argv, env, io);
  return {
    code,
    stdout,
    stderr,
    get json(): unknown {
      return JSON.parse(stdout);
    },
    get lines(): unknown[] {
      return stdout
        .trimEnd()
        .split('\n')
        .map((line): unknown => JSON.parse(line));
    },
  };
}

export const API_KEY = 'test-key-of-the-pool-4711';

/** A pool of its own with the settings that its environment describes. */
export interface TestPool {
  readonly redis: TestRedis;
  readonly ledger: Ledger;
  readonly env: RawEnvironment;
  run(argv: readonly string[], options?: RunOptions): Promise<RunResult>;
  cleanup(): Promise<void>;
}

export async function testPool(name: string, extra: RawEnvironment = {}): Promise<TestPool> {
  const redis = await testRedis(inject('redisUrl'), name);
  const ledger = createLedger({ redis: redis.client, prefix: redis.prefix });
  // The default of UPLOAD_STORE_URL must not be the one of the user who runs the tests.
  const data = await mkdtemp(join(tmpdir(), 'kieq-cli-data-'));
  const env = {
    REDIS_URL: redis.url,
    KIEQ_PREFIX: redis.prefix,
    KIE_API_KEY: API_KEY,
    XDG_DATA_HOME: data,
    ...extra,
  };
  await ledger.settings.overwrite(settingsText(poolSettings(parseEnvironment(env, ['kie', 'pool', 'files']))));
  return {
    redis,
    ledger,
    env,
    run: (argv, options) => runCli(argv, { ...env, ...options?.env }, options),
    async cleanup() {
      await rm(data, { recursive: true });
      await redis.cleanup();
    },
  };
}

/** Every command that can be run, with its path such as `dlq redrive`, as the parser knows it. */
export function commandLines(): PlacedCommand[] {
  const silent = { write: () => undefined };
  const io: Io = {
    stdout: silent,
    stderr: silent,
    stdin: Readable.from(''),
    isTTY: false,
    onInterrupt: () => () => {},
  };
  const program = programOf({ env: {}, io, out: new Output(io, {}) });
  return commandsOf(program).filter(({ command }) => command.commands.length === 0);
}

/** The table of commands in the README, as Markdown: what the help says. */
export function commandTable(): string {
  const rows = commandLines().map(({ path, command }) => {
    const words = [path, ...command.registeredArguments.map(argumentText)].join(' ');
    const options = command.options.filter(({ long }) => long !== '--json').map(optionText);
    return `| \`${words}\` | ${command.description()} | ${options.join('; ')} |`;
  });
  return ['| command | does | options |', '|---|---|---|', ...rows, ''].join('\n');
}

function argumentText(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

function optionText({ flags, description, defaultValue }: Option): string {
  const isValue = typeof defaultValue === 'string' || typeof defaultValue === 'number';
  return `\`${flags}\` ${description}${isValue ? ` (default ${defaultValue})` : ''}`;
}
