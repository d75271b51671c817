import { join } from 'node:path';
import { checkOut, ROOT, versionOf } from './checkout.ts';
import { optionsOf, USAGE } from './options.ts';
import { runUpgradeCheck } from './run.ts';
import { tableOf } from './table.ts';

/** The longest that all of it may take, the build of the older version included. */
const LIMIT_MS = 30 * 60_000;

const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** `pnpm upgrade-check`: this version next to the previous one, forward and back; exit code 1 when a check fails. */
process.once('SIGTERM', () => process.exit(143));
process.once('SIGINT', () => process.exit(130));
const options = optionsOf(process.argv.slice(2));
if (options === undefined) {
  say(USAGE);
  process.exit(2);
}
setTimeout(() => {
  say(`not done after ${LIMIT_MS / 60_000} min`);
  process.exit(1);
}, LIMIT_MS).unref();
const checkout = await checkOut(options.from, say);
try {
  const young = { name: 'new', root: ROOT, version: await versionOf(ROOT) } as const;
  const old = { name: 'old', root: checkout.root, version: checkout.version } as const;
  say(`old: ${old.version}; new: ${young.version}`);
  const results = await runUpgradeCheck({ old, new: young, cacheDir: join(ROOT, '.kieq'), say });
  process.stdout.write(`${tableOf(results)}\n`);
  process.exitCode = results.every(({ failure }) => failure === undefined) ? 0 : 1;
} finally {
  await checkout.remove();
}
