import { appendFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runSoak } from './run.ts';

const ROOT = new URL('../../../../', import.meta.url);
const RESULTS = new URL('bench/results/soak.jsonl', ROOT);
const USAGE =
  'usage: soak [--minutes at least 1, default 20] [--rate per second, multiple of 10, default 50] [--append]';

/** `pnpm soak`: a constant load with mild faults; exit code 1 when something grows, is charged twice, or is lost. */
process.once('SIGTERM', () => process.exit(143));
process.once('SIGINT', () => process.exit(130));
const { values } = parseArgs({
  options: { minutes: { type: 'string' }, rate: { type: 'string' }, append: { type: 'boolean' } },
});
const minutes = Number(values.minutes ?? 20);
const ratePerSecond = Number(values.rate ?? 50);
if (!(minutes >= 1) || !(ratePerSecond >= 10) || ratePerSecond % 10 !== 0) {
  process.stderr.write(`${USAGE}\n`);
  process.exit(2);
}
const result = await runSoak({
  minutes,
  ratePerSecond,
  cacheDir: fileURLToPath(new URL('.kieq', ROOT)),
  say: (text) => process.stderr.write(`${text}\n`),
});
const line = `${JSON.stringify(result)}\n`;
process.stdout.write(line);
if (values.append === true) await appendFile(RESULTS, line);
const growing = result.series.filter(({ isFlat }) => !isFlat);
for (const one of growing) process.stderr.write(`NOT FLAT ${JSON.stringify(one)}\n`);
const { chargedTwice, lost, open, crashes, wrongCallbacks } = result;
const isGood = growing.length + chargedTwice + lost + open + crashes.length + wrongCallbacks === 0;
process.exitCode = isGood ? 0 : 1;
