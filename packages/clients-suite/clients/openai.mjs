// What an application does with OpenAI's SDK; only the address and the key are kieq's.
import OpenAI, { toFile } from 'openai';

const { BASE_URL, KEY, MODEL, IMAGE_URL, IMAGE_BASE64 = '', PROMPT } = process.env;
const client = new OpenAI({ baseURL: BASE_URL, apiKey: KEY });

const file = await toFile(Buffer.from(IMAGE_BASE64, 'base64'), 'cat.png', { type: 'image/png' });
const created = await client.videos.create({ model: MODEL, prompt: PROMPT, input_reference: file, seconds: '4' });
const linked = await client.videos.create({
  model: MODEL,
  prompt: `${PROMPT}, by link`,
  input_reference: { image_url: IMAGE_URL },
  size: '1280x720',
});

/** As OpenAI's documents show it; the SDK for Python has it as create_and_poll. */
async function poll(id) {
  for (;;) {
    const video = await client.videos.retrieve(id);
    if (video.status === 'completed' || video.status === 'failed') return video;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
const done = await poll(created.id);
await poll(linked.id);

const content = await client.videos.downloadContent(created.id);
const bytes = Buffer.from(await content.arrayBuffer());

const listed = [];
for await (const video of client.videos.list({ limit: 1, order: 'asc' })) listed.push(video.id);

const deleted = await client.videos.delete(created.id);
const refused = await client.videos.create({ prompt: PROMPT }).catch((error) => error);
const unknown = await client.videos.retrieve('gen_unknown').catch((error) => error);
const remixed = await client.videos.remix(created.id, { prompt: PROMPT }).catch((error) => error);

const seen = ({ constructor, status, code, param, type }) => ({ name: constructor.name, status, code, param, type });
console.log(
  JSON.stringify({
    created,
    linked: linked.id,
    done,
    type: content.headers.get('content-type'),
    head: bytes.subarray(4, 8).toString(),
    listed,
    deleted,
    refused: seen(refused),
    unknown: seen(unknown),
    remixed: seen(remixed),
  }),
);
