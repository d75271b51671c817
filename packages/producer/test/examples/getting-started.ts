import { createProducer, ProducerError } from '@kieq/producer';

const producer = await createProducer({ redis: 'redis://127.0.0.1:6379' });

const generation = await producer.enqueue(
  {
    model: 'kling-2.6/image-to-video',
    input: { prompt: 'a slow pan', image_urls: ['https://example.com/cat.jpg'], sound: false, duration: '5' },
  },
  // The same tenant and key are the same generation: a repetition never pays twice.
  { tenant: 'shop', idempotencyKey: 'order-4711', priority: 50, metadata: { order: '4711' } },
);

try {
  const view = await generation.result({ timeoutMs: 900_000 });
  console.log(view.state, view.resultUrls, view.deadLetter?.class);
} catch (error) {
  if (!(error instanceof ProducerError) || error.code !== 'timeout') throw error;
  console.log('still running; ask again with producer.get(id):', generation.id);
} finally {
  await producer.close();
}
