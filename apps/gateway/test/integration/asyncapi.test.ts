import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { startPool, testRequest, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import { startReceiver } from '../../../../packages/testkit/src/receiver.ts';
import { until } from '../../../../packages/testkit/src/until.ts';
import { startGateway } from '../support.ts';
import { openEvents } from '../v1-event-client.ts';

const PATH = join(import.meta.dirname, '../../../../docs/asyncapi.json');
const documentSchema = z.looseObject({
  components: z.looseObject({
    schemas: z.record(z.string(), z.looseObject({})),
    messages: z.record(z.string(), z.looseObject({ headers: z.looseObject({}).optional() })),
  }),
});

let pool: PoolFixture;
beforeAll(async () => {
  const webhookSecret = `whsec_${Buffer.from('0123456789abcdef01234567').toString('base64')}`;
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'asyncapi', webhookSecret });
});
afterAll(() => pool.stop());

/** What is wrong with a message by a schema that excludes what the document does not describe. */
async function judge(): Promise<(schema: object, value: unknown) => unknown> {
  const text = await readFile(PATH, 'utf8');
  const { components } = documentSchema.parse(
    JSON.parse(text, (_, value) =>
      value?.type === 'object' && value.properties !== undefined ? { additionalProperties: false, ...value } : value,
    ),
  );
  const ajv = new Ajv({ strict: false });
  formats.default(ajv);
  return (schema, value) => {
    const validate = ajv.compile({ ...schema, components });
    return validate(value) ? undefined : [validate.errors, value];
  };
}
const named = (name: string) => ({ $ref: `#/components/schemas/${name}` });

test('the messages of a generation are as docs/asyncapi.json says', async () => {
  const problems = await judge();
  const gateway = await startGateway({ pool });
  const receiver = await startReceiver();
  onTestFinished(() => receiver.stop());
  const body = { ...testRequest('announced'), callBackUrl: `${receiver.url}/done` };
  const { id } = z.object({ id: z.string() }).parse((await gateway.ask('/v1/generations', { body })).body);
  const client = await openEvents(`${gateway.url}/v1/generations/${id}/events`);
  await client.ended;
  const events = client.blocks.filter(({ event }) => event !== undefined);
  expect(events.at(-1)?.event).toBe('end');
  for (const { event, data } of events)
    expect(problems(named(event === 'end' ? 'GenerationEndEvent' : 'GenerationStateEvent'), data)).toBeUndefined();

  await until(
    () => receiver.received,
    ({ length }) => length > 0,
  );
  const [{ headers, text } = { headers: {}, text: '' }] = receiver.received;
  expect(problems(named('GenerationEnded'), JSON.parse(text))).toBeUndefined();
  const { messages } = documentSchema.parse(JSON.parse(await readFile(PATH, 'utf8'))).components;
  const described = messages['generationEnded']?.headers ?? {};
  expect(problems(described, headers)).toBeUndefined();
  expect(headers).toMatchObject(
    Object.fromEntries(Object.keys(Object(described['properties'])).map((name) => [name, expect.any(String)])),
  );

  const ends = await openEvents(`${gateway.url}/v1/events?since=0`);
  onTestFinished(() => ends.hangUp());
  const [end] = await until(
    () => ends.blocks.filter(({ event }) => event === 'webhook'),
    ({ length }) => length > 0,
  );
  expect(problems(named('WebhookEvent'), end?.data)).toBeUndefined();
  expect(end?.data).toMatchObject({ webhookId: expect.stringContaining(id), body: text });

  await pool.ledger.gates.pause('for the document');
  await pool.ledger.gates.open('paused');
  const entries = await gateway.deps.redis.xrange(`${pool.redis.prefix}:ledger:events`, '-', '+');
  expect(entries.length).toBeGreaterThan(3);
  for (const [, flat] of entries) {
    const change = Object.fromEntries(flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1]]] : [])));
    expect(problems(named(change['generation'] === '' ? 'GateChange' : 'GenerationChange'), change)).toBeUndefined();
  }
});
