/**
 * Uploads an image together with the request.
 *
 *   GATEWAY_KEY=demo-key node examples/http/upload.mjs examples/images/rocket.jpg [idempotency key]
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const { GATEWAY_URL = 'http://127.0.0.1:8080', GATEWAY_KEY = '' } = process.env;
const headers = { authorization: `Bearer ${GATEWAY_KEY}` };
const POLL_MS = Number(process.env.POLL_MS ?? 5000);
const [file, idempotencyKey] = process.argv.slice(2);
if (file === undefined) {
  console.error('Usage: GATEWAY_KEY=… node examples/http/upload.mjs <image file> [idempotency key]');
  process.exit(2);
}

const form = new FormData();
// The request comes first. The image is appended to those in image_urls.
form.append(
  'request',
  JSON.stringify({
    model: 'kling-2.6/image-to-video',
    input: { prompt: 'a slow zoom', sound: false, duration: '5' },
    idempotencyKey,
  }),
);
form.append('image_urls', new Blob([await readFile(file)]), 'image');

const response = await fetch(`${GATEWAY_URL}/v1/generations`, { method: 'POST', headers, body: form });
const { id, created, error } = await response.json();
if (!response.ok) throw new Error(`${error.code}: ${error.message}`);
console.log(created ? 'created' : 'was created before', id);

async function view() {
  const read = await fetch(`${GATEWAY_URL}/v1/generations/${id}`, { headers });
  if (!read.ok) throw new Error(await read.text());
  return read.json();
}

const ENDED = new Set(['succeeded', 'failed', 'cancelled', 'dead']);
let generation = await view();
while (!ENDED.has(generation.state)) {
  await sleep(POLL_MS);
  generation = await view();
}
console.log(generation.state, ...generation.resultUrls);
process.exitCode = generation.state === 'succeeded' ? 0 : 1;
