import { Queue } from 'bullmq';

const queue = new Queue('submit', { connection: { host: '127.0.0.1', port: 6379 }, prefix: '{kieq}' });
await queue.add(
  'kling-2.6/image-to-video',
  {
    v: 1,
    idempotencyKey: 'order-4711',
    request: {
      model: 'kling-2.6/image-to-video',
      input: { prompt: 'a slow pan', image_urls: ['https://example.com/cat.jpg'], sound: false, duration: '5' },
    },
  },
  { priority: 100 },
);
await queue.close();
