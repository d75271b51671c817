import { readFile } from 'node:fs/promises';
import { createClient, KieqError } from '@kieq/client';

const client = createClient({ url: 'https://kieq.example.com', apiKey: process.env['KIEQ_API_KEY'] });
try {
  const image = await client.upload(await readFile('cat.jpg'));
  const { resultUrls } = await client.generate(
    'kling-2.6/image-to-video',
    { prompt: 'a slow pan', image_urls: [image], sound: false, duration: '5' },
    { idempotencyKey: 'order-4711', onUpdate: ({ id, state }) => console.log(id, state) },
  );
  console.log(resultUrls);
} catch (error) {
  if (error instanceof KieqError) console.error(error.code, error.message, error.money, error.advice);
  throw error;
}
