// Two packages have this interface: OpenAI's own SDK, and Portkey's, which brings an older version of it.
import { readFile } from 'node:fs/promises';
import { assertMedia, polled, print, step } from './steps.mjs';

const { PACKAGE, BASE_URL, KEY, MODEL, PROMPT, IMAGE = '' } = process.env;
const { OpenAI, Portkey, default: whole } = await import(PACKAGE);
const Client = OpenAI ?? Portkey ?? whole.Portkey;
const client = new Client({ baseURL: `${BASE_URL}/v1`, apiKey: KEY });

const file = new File([await readFile(IMAGE)], 'cat.png', { type: 'image/png' });
const request = { model: MODEL, prompt: PROMPT, input_reference: file, seconds: '4', size: '1280x720' };
const video = await step('create with an image', () => client.videos.create(request));
await step('wait', () =>
  polled(async () => {
    const { status, error } = await client.videos.retrieve(video.id);
    if (status === 'failed') throw new Error(error?.message);
    return status === 'completed' ? true : undefined;
  }),
);
await step('fetch the result', async () => {
  const content = await client.videos.downloadContent(video.id);
  assertMedia(await content.arrayBuffer());
});
await step('list', async () => {
  const ids = [];
  for await (const one of await client.videos.list()) ids.push(one.id);
  if (!ids.includes(video.id)) throw new Error(`the video is not among ${ids.length}`);
});
await step('delete', () => client.videos.delete(video.id));
await step('reason of a refusal', async () => {
  const error = await client.videos.create({ prompt: PROMPT }).catch((refusal) => refusal);
  if (!/model/.test(error.message)) throw new Error(error.message);
});
print();
