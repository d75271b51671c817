import { hostname } from 'node:os';
import { pino, stdTimeFunctions, type DestinationStream, type Level, type Logger as PinoLogger } from 'pino';
import { standardOutput } from './log-output.ts';
import { redactObject, redactValue } from './redact.ts';
import { createLineScrubber } from './scrub-line.ts';

export type Logger = PinoLogger;
export type LogLevel = Level | 'silent';

/**
 * The bindings that all packages use, so that one search finds everything about a generation: `log.child({ generation
 * })`.
 */
export interface LogBindings {
  /** Id of the generation, `gen_…`. */
  readonly generation?: string;
  /** Number of the attempt, never its token. */
  readonly attempt?: number;
  /** Kie's taskId. */
  readonly task?: string;
  /** BullMQ's job id. */
  readonly job?: string;
}

export interface LoggerOptions {
  /** The app, such as `worker`; logged as `app`. */
  readonly name: string;
  /** Default `info`. */
  readonly level?: LogLevel;
  /** Identifies the process among several of this app; default host name and pid. */
  readonly instance?: string;
  /** Values that must never appear: API key, Redis password, webhook keys. Those under 4 characters are ignored. */
  readonly secrets?: readonly string[];
  /** Default stdout. */
  readonly destination?: DestinationStream;
}

/**
 * A logger that writes JSON lines with ISO time and the fields `app`, `pid` and `instance`. Values under secret names
 * and known secret values are masked everywhere in the line: in nested objects, headers, child bindings, messages,
 * error messages and stacks.
 */
export function createLogger(given: LoggerOptions): Logger {
  const { name, level = 'info', instance, secrets = [], destination = standardOutput() } = given;
  const scrubLine = createLineScrubber(secrets);
  const options = {
    level,
    base: { app: name, pid: process.pid, instance: instance ?? `${hostname()}:${process.pid}` },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }), log: redactObject },
    // Errors in fields are plain objects here already; those in bindings are not.
    serializers: { err: redactValue },
    hooks: { streamWrite: scrubLine },
  };
  return pino(options, destination);
}

/** A logger that writes nothing, for tests and libraries. */
export function silentLogger(): Logger {
  return pino({ level: 'silent' });
}
