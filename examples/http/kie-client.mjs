/**
 * An ordinary client of Kie's API. It has no line about kieq: changing its address and its key moves it from Kie to the
 * gateway or back.
 *
 *   KIE_API_KEY=… node examples/http/kie-client.mjs <image URL>
 *   KIE_API_KEY=demo-key KIE_BASE_URL=http://127.0.0.1:8080 node examples/http/kie-client.mjs <image URL>
 */
import { setTimeout as sleep } from 'node:timers/promises';

const { KIE_BASE_URL = 'https://api.kie.ai', KIE_API_KEY = '' } = process.env;
const POLL_MS = Number(process.env.POLL_MS ?? 5000);
const [imageUrl] = process.argv.slice(2);
if (imageUrl === undefined) {
  console.error('Usage: KIE_API_KEY=… node examples/http/kie-client.mjs <image URL>');
  process.exit(2);
}

/** `code` has the outcome of a call; the HTTP status may be 200 for an error. */
async function call(path, body) {
  const response = await fetch(`${KIE_BASE_URL}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${KIE_API_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const { code, msg, data } = await response.json();
  if (code !== 200) throw new Error(`${code}: ${msg}`);
  return data;
}

const { taskId } = await call('/api/v1/jobs/createTask', {
  model: 'kling-2.6/image-to-video',
  input: { prompt: 'a slow pan to the right', image_urls: [imageUrl], sound: false, duration: '5' },
});
console.log('created', taskId);

let task = await call(`/api/v1/jobs/recordInfo?taskId=${taskId}`);
while (task.state !== 'success' && task.state !== 'fail') {
  await sleep(POLL_MS);
  task = await call(`/api/v1/jobs/recordInfo?taskId=${taskId}`);
}
if (task.state === 'fail') throw new Error(`${task.failCode}: ${task.failMsg}`);
console.log('success', ...JSON.parse(task.resultJson).resultUrls);
