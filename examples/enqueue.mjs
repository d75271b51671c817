/**
 * Enqueues one generation from a service and waits for its end.
 *
 *   npx -y pnpm@12 build
 *   REDIS_URL=redis://127.0.0.1:6379 node examples/enqueue.mjs <image URL> [idempotency key]
 *
 * With `npx -y pnpm@12 demo --keep` running, take REDIS_URL and KIEQ_PREFIX from what it prints: nothing is paid there.
 * In a service of your own the import is '@kieq/producer'.
 */
import { createProducer, ProducerError } from '../packages/producer/dist/index.js';

const [imageUrl, idempotencyKey] = process.argv.slice(2);
const { REDIS_URL: redis, KIEQ_PREFIX: prefix } = process.env;
if (redis === undefined || imageUrl === undefined) {
  console.error('Usage: REDIS_URL=redis://… node examples/enqueue.mjs <image URL> [idempotency key]');
  process.exit(2);
}

const producer = await createProducer({ redis, ...(prefix === undefined ? {} : { prefix }) });
try {
  const generation = await producer.enqueue(
    {
      model: 'kling-2.6/image-to-video',
      input: { prompt: 'a slow pan to the right', image_urls: [imageUrl], sound: false, duration: '5' },
    },
    { ...(idempotencyKey === undefined ? {} : { idempotencyKey }), metadata: { from: 'examples/enqueue.mjs' } },
  );
  console.log(generation.created ? 'enqueued' : 'was enqueued before', generation.id);

  for await (const { state, event } of generation.events()) console.log(`  ${event}: ${state}`);

  const view = await generation.status();
  console.log(view.state, ...view.resultUrls, view.deadLetter?.summary ?? '');
  process.exitCode = view.state === 'succeeded' ? 0 : 1;
} catch (error) {
  if (!(error instanceof ProducerError)) throw error;
  console.error(`${error.code}: ${error.message}`);
  process.exitCode = 1;
} finally {
  await producer.close();
}
