import { readFile } from 'node:fs/promises';
import { generateImages } from 'ai-sprite-image-generator';
import { assertMedia, print, step } from './steps.mjs';

const { KEY, PROMPT } = process.env;
const options = { rows: 1, columns: 2, outputPath: './sprites', pollIntervalMs: 200, maxRetries: 0, verbose: false };

const made = await step('create, wait, fetch the result', async () => {
  const { errors, ...images } = await generateImages(KEY, PROMPT, options, ['cat', 'dog']);
  if (errors.length > 0) throw errors[0].error;
  return images;
});
await step('cut it into sprites', async () => {
  if (made.imagePaths.length !== 2) throw new Error(`${made.imagePaths.length} sprites`);
  for (const path of made.imagePaths) assertMedia(await readFile(path));
});
await step('reason of a refusal', async () => {
  const { errors } = await generateImages(KEY, PROMPT, { ...options, model: '', outputPath: './refused' }, [
    'cat',
    'dog',
  ]);
  if (!/model/.test(errors[0]?.error.message)) throw new Error(errors[0]?.error.message);
});
print();
