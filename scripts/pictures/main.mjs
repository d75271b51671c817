#!/usr/bin/env node
// pnpm pictures: records the real demo, what its terminal shows (docs/img/demo.json) and the Overview meanwhile
// (docs/img/overview-live.png). `pnpm docs:write` then draws docs/img/demo.svg of the recording. Takes about a minute.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { animation } from './apng.mjs';
import { openPage } from '../../apps/dashboard/test/pictures/browser.mjs';
import { startDemo } from './demo.mjs';

const IMG = join(import.meta.dirname, '../../docs/img');
/** When the Overview is photographed, in seconds after the generations were created. */
const LOOKS_S = [0.3, 2, 5, 8, 11, 14, 17, 20, 23, 26, 30, 35, 45, 60];
/** How long a picture stands; the last one longer. */
const STANDS_MS = 900;
const LAST_MS = 3500;

const demo = startDemo();
try {
  const [, address = ''] = await demo.said(/dashboard +(http\S+)/);
  const page = await openPage(address);
  await demo.said(/created \d+ generations/);
  const createdAt = performance.now();
  const frames = [];
  const ended = demo.said(/each paid once\r?\n/).then(() => true);
  for (const seconds of LOOKS_S) {
    const left = createdAt + seconds * 1000 - performance.now();
    const isOver = await Promise.race([ended, new Promise((done) => setTimeout(() => done(false), left))]);
    frames.push(await page.look());
    if (isOver) break;
  }
  await ended;
  await page.close();
  const times = frames.map((_, i) => (i === frames.length - 1 ? LAST_MS : STANDS_MS));
  await writeFile(join(IMG, 'overview-live.png'), animation(frames, times));
  const recording = { command: 'npx -y pnpm@12 demo', events: demo.recording(/each paid once\r?\n/) };
  await writeFile(join(IMG, 'demo.json'), `${JSON.stringify(recording, null, 1)}\n`);
  process.stdout.write(
    `${frames.length} pictures of the Overview, ${recording.events.length} events of the terminal\n`,
  );
} finally {
  await demo.stop();
}
