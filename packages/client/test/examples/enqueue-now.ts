import { createClient } from '@kieq/client';

const client = createClient({ url: 'https://kieq.example.com', apiKey: process.env['KIEQ_API_KEY'] });
const image_urls = ['https://example.com/cat.jpg'];
const input = { prompt: 'a slow pan', image_urls, sound: false, duration: '5' } as const;
const answers = await client.enqueueMany(
  ['order-1', 'order-2'].map((idempotencyKey) => ({
    model: 'kling-2.6/image-to-video',
    input,
    idempotencyKey,
    webhookUrl: 'https://shop.example.com/videos',
  })),
);
for (const answer of answers) {
  if (!answer.ok) console.error(answer.idempotencyKey, answer.error.code, answer.error.money);
  else console.log((await client.wait(answer.id, { timeoutMs: 600_000 })).state);
}
