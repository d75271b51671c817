import { readFile } from 'node:fs/promises';
import { generateVideo, getVideoJobStatus } from '@tanstack/ai';
import { createOpenaiVideo } from '@tanstack/ai-openai';
import { assertMedia, polled, print, step } from './steps.mjs';

const { BASE_URL, KEY, MODEL, PROMPT, IMAGE = '' } = process.env;
const adapter = createOpenaiVideo(MODEL, KEY, { baseURL: `${BASE_URL}/v1` });

const image = {
  type: 'image',
  source: { type: 'data', value: (await readFile(IMAGE)).toString('base64'), mimeType: 'image/png' },
};
const prompt = [{ type: 'text', content: PROMPT }, image];
const job = await step('create with an image', () => generateVideo({ adapter, prompt, size: '1280x720', duration: 4 }));
const done = await step('wait', () =>
  polled(async () => {
    const status = await getVideoJobStatus({ adapter, jobId: job.jobId });
    if (status.status === 'failed') throw new Error(status.error);
    return status.status === 'completed' ? status : undefined;
  }),
);
await step('fetch the result', async () => assertMedia(await (await fetch(done.url)).arrayBuffer()));
await step('reason of a refusal', async () => {
  const refused = createOpenaiVideo('', KEY, { baseURL: `${BASE_URL}/v1` });
  const error = await generateVideo({ adapter: refused, prompt: PROMPT }).catch((refusal) => refusal);
  if (!/model/.test(error.message)) throw new Error(error.message);
});
print();
