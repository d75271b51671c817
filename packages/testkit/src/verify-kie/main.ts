import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRedactor } from '@kieq/kie';
import { optionsOf, USAGE, type VerifyOptions } from './options.ts';
import { reportOf } from './report.ts';
import { verifyKie } from './run.ts';

const IMAGES = join(import.meta.dirname, '../../../../examples/images');
const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** `pnpm verify:kie`: exit code 0 where nothing differs, 1 where a fact does, 2 for wrong options. */
async function main(options: VerifyOptions): Promise<number> {
  const images = await Promise.all(['cat.png', 'coffee.png'].map((name) => readFile(join(IMAGES, name))));
  const redact = createRedactor(options.apiKey);
  const found = await verifyKie(options, [images[0] ?? Buffer.of(), images[1] ?? Buffer.of()], (text) =>
    say(redact(text)),
  );
  await writeFile(`${options.out}.md`, reportOf(found, options, redact));
  await writeFile(`${options.out}.json`, redact(`${JSON.stringify(found, null, 2)}\n`));
  say(`report: ${options.out}.md and .json`);
  return found.findings.some(({ verdict }) => verdict === 'differs') ? 1 : 0;
}

let options: VerifyOptions | undefined;
try {
  options = optionsOf(process.argv.slice(2), process.env);
} catch (error) {
  say(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
}
process.exitCode = options === undefined ? 2 : await main(options);
