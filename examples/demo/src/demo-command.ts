import { parseArgs } from 'node:util';
import type { Places } from './places.ts';
import { runDemo } from './run-demo.ts';

/**
 * `demo [--keep] [--videos <n>]`: photographs in, videos out, against the simulated Kie at its real limits. It sets the
 * exit code: 0 only if all came through.
 */
export async function demoCommand(places: Places, argv: readonly string[]): Promise<void> {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => stopping.abort(new Error(`stopped by ${signal}`)));
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: { keep: { type: 'boolean', default: false }, videos: { type: 'string' } },
    });
    await runDemo({ places, keep: values.keep, most: mostOf(values.videos), signal: stopping.signal });
  } catch (error) {
    process.stderr.write(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

/** @throws Error where it is not a number of videos */
function mostOf(text: string | undefined): number {
  if (text === undefined) return Infinity;
  if (!/^[1-9]\d?$/.test(text)) throw new Error(`--videos must be a whole number from 1 to 99; received "${text}"`);
  return Number(text);
}
