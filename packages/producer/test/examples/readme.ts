import { createProducer } from '../../src/index.ts';

declare const request: { model: string; input: Record<string, unknown> };
declare const options: { idempotencyKey: string };
declare const id: string, after: string;
declare const signal: AbortSignal;

const producer = await createProducer({ redis: 'redis://127.0.0.1:6379', prefix: '{kieq}', dedupeWindowMs: 0 });

const generation = await producer.enqueue(request, { idempotencyKey: 'order-4711' });
generation.created; // false: this key has made it before
await generation.status(); // its state now
await generation.result({ timeoutMs: 900_000, signal }); // waits for its end
await generation.cancel(); // { cancelled: true }, or { cancelled: false, reason: 'too_late', state }
for await (const { id, state, event } of generation.events({ after, signal })) console.log(id, state, event);

const items = await producer.enqueueMany([{ request, options }]); // a hundred per round trip; each item its handle or its error
producer.get(id); // a handle for an earlier id, of any process
await producer.close();

export { items };
