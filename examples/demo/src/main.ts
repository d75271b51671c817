import { runDemo } from './run-demo.ts';

/** `pnpm demo`: photographs in, videos out, against the simulated Kie at its real limits. Exit code 0 only if all came through. */
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => stopping.abort(new Error(`stopped by ${signal}`)));

try {
  await runDemo({ keep: process.argv.includes('--keep'), signal: stopping.signal });
} catch (error) {
  process.stderr.write(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
