#!/usr/bin/env node
// node scripts/write-shipped-video.mjs [<image>]: renders the video that the simulator serves where it cannot render, by
// the same worker that renders results, and writes it to src/video/shipped.ts. Without an image: a gradient.
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

const LIMIT_BYTES = 60_000;
const LINE = 116;
const SHIPPED = new URL('../src/video/shipped.ts', import.meta.url);
const [path] = process.argv.slice(2);

const worker = new Worker(new URL('../src/video/render-worker.js', import.meta.url));
worker.postMessage(
  {
    id: 1,
    image: path === undefined ? null : readFileSync(path),
    motion: 0,
    seconds: 3,
    fps: 12,
    maxSide: 320,
  },
  [],
);
const [reply] = await once(worker, 'message');
await worker.terminate();
if (!('mp4' in reply)) throw new Error(`nothing was rendered: ${JSON.stringify(reply)}`);
if (reply.mp4.length > LIMIT_BYTES) throw new Error(`${reply.mp4.length} bytes, at most ${LIMIT_BYTES}`);

const base64 = Buffer.from(reply.mp4).toString('base64');
const lines = base64.match(new RegExp(`.{1,${LINE}}`, 'g')).map((line) => `  '${line}',`);
writeFileSync(
  SHIPPED,
  `/** Written by scripts/write-shipped-video.mjs: H.264 in MP4, made by the renderer of results. */
const BASE64 = [
${lines.join('\n')}
].join('');

/** The result of every task where nothing can be rendered. */
export const shippedVideo: Buffer = Buffer.from(BASE64, 'base64');
`,
);
process.stdout.write(`${reply.mp4.length} bytes\n`);
