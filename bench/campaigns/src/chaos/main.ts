import { appendFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { longProfile } from './profile.ts';
import { runChaos } from './run.ts';

const ROOT = new URL('../../../../', import.meta.url);
const RESULTS = new URL('bench/results/chaos.jsonl', ROOT);
const USAGE = 'usage: chaos [--minutes above 0, default 2] [--seed whole number, default by the time] [--append]';

/** `pnpm chaos`: one random campaign; exit code 1 when something that must hold did not. */
process.once('SIGTERM', () => process.exit(143));
process.once('SIGINT', () => process.exit(130));
const { values } = parseArgs({
  options: { minutes: { type: 'string' }, seed: { type: 'string' }, append: { type: 'boolean' } },
});
const minutes = Number(values.minutes ?? 2);
const seed = Number(values.seed ?? Math.floor(Date.now() / 1000));
if (!(minutes > 0) || !Number.isSafeInteger(seed)) {
  process.stderr.write(`${USAGE}\n`);
  process.exit(2);
}
const { figures, violations } = await runChaos({
  seed,
  profile: longProfile(minutes),
  cacheDir: fileURLToPath(new URL('.kieq', ROOT)),
  say: (text) => process.stderr.write(`${text}\n`),
});
const line = `${JSON.stringify(figures)}\n`;
process.stdout.write(line);
if (values.append === true) await appendFile(RESULTS, line);
for (const { rule, what, id } of violations) process.stderr.write(`VIOLATED ${rule}: ${what} ${id ?? ''}\n`);
process.exitCode = violations.length === 0 ? 0 : 1;
