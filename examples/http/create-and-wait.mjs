/**
 * Creates a generation by the native API and follows its events to the end.
 *
 *   GATEWAY_KEY=demo-key node examples/http/create-and-wait.mjs <image URL> [idempotency key]
 *
 * GATEWAY_URL defaults to http://127.0.0.1:8080. A gateway without keys needs no GATEWAY_KEY.
 */
import { setTimeout as sleep } from 'node:timers/promises';

const { GATEWAY_URL = 'http://127.0.0.1:8080', GATEWAY_KEY = '' } = process.env;
const authorization = { authorization: `Bearer ${GATEWAY_KEY}` };
const [imageUrl, idempotencyKey] = process.argv.slice(2);
if (imageUrl === undefined) {
  console.error('Usage: GATEWAY_KEY=… node examples/http/create-and-wait.mjs <image URL> [idempotency key]');
  process.exit(2);
}

async function call(path, { method = 'GET', body } = {}) {
  const response = await fetch(`${GATEWAY_URL}${path}`, {
    method,
    headers: { ...authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    body: JSON.stringify(body),
  });
  const json = await response.json();
  if (!response.ok) throw new Error(`${json.error.code}: ${json.error.message}`);
  return json;
}

/** Repeats the call while the gateway is unavailable. With an idempotency key this never creates a second generation. */
async function create(body) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await call('/v1/generations', { method: 'POST', body });
    } catch (error) {
      const isAway = error instanceof TypeError || error.message.startsWith('unavailable');
      if (!isAway || body.idempotencyKey === undefined || tries === 10) throw error;
      await sleep(2000);
    }
  }
}

/** Server-Sent Events by fetch, which unlike a browser's EventSource can send the key. */
async function* events(id) {
  let lastEventId;
  for (;;) {
    const resume = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
    const response = await fetch(`${GATEWAY_URL}/v1/generations/${id}/events`, {
      headers: { ...authorization, ...resume },
    }).catch(() => undefined);
    // The generation has ended, and every event was received.
    if (response?.status === 204) return;
    if (response?.ok === false && response.status < 500) throw new Error(await response.text());
    if (response?.ok === true) {
      for await (const event of eventsOf(response.body)) {
        lastEventId = event.id ?? lastEventId;
        if (event.name === 'end') return;
        if (event.name === 'state') yield event.data;
      }
    }
    await sleep(2000);
  }
}

async function* eventsOf(body) {
  let text = '';
  try {
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      const blocks = (text + chunk).split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const fields = new Map(
          block.split('\n').map((line) => [line.replace(/:.*/s, ''), line.replace(/^\w*: ?/, '')]),
        );
        const [id, name, data] = [fields.get('id'), fields.get('event'), fields.get('data')];
        if (name !== undefined && data !== undefined) yield { id, name, data: JSON.parse(data) };
      }
    }
  } catch {
    // The connection broke; the caller resumes after the last event received.
  }
}

const { id, created } = await create({
  model: 'kling-2.6/image-to-video',
  input: { prompt: 'a slow pan to the right', image_urls: [imageUrl], sound: false, duration: '5' },
  idempotencyKey,
  metadata: { from: 'examples/http/create-and-wait.mjs' },
});
console.log(created ? 'created' : 'was created before', id);
for await (const { state, event } of events(id)) console.log(`  ${event}: ${state}`);

const view = await call(`/v1/generations/${id}`);
console.log(view.state, ...view.resultUrls, view.deadLetter?.summary ?? view.failMsg ?? '');
process.exitCode = view.state === 'succeeded' ? 0 : 1;
