import { exampleInput, MODELS, type KieModel } from '@kieq/models';
import type { GenerationRecord } from '@kieq/ledger';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startPool, type PoolFixture } from '../../../../packages/testkit/src/pool.ts';
import type { RunningGateway } from '../../src/run-gateway.ts';
import { gatewayOfPool } from '../gateway-of-pool.ts';

interface Request {
  readonly model: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** What the gateway answers to a request of a batch. */
interface Item {
  readonly id: string;
  readonly ok: boolean;
  readonly warnings?: readonly { readonly field: string; readonly message: string }[];
  readonly error?: { readonly code: string; readonly problems: readonly { readonly field: string }[] };
}

const NAMED = MODELS.map((model) => [model.id, model] as const);
/** Its own document judges it, and the catalogue says nothing of it. */
const LENIENT = NAMED.filter(([, { strict }]) => strict !== true);

/** A field about which the sources agree, so that the catalogue and Kie judge it. */
function fieldOf({ input }: KieModel): string {
  return Object.keys(input).find((name) => input[name]?.disputed === undefined) ?? '';
}

function right(model: KieModel): Request {
  return { model: model.id, input: exampleInput(model) };
}

function ofWrongType(model: KieModel): Request {
  return { model: model.id, input: { ...exampleInput(model), [fieldOf(model)]: { nested: true } } };
}

function misspelt(model: KieModel): Request {
  const name = fieldOf(model);
  const { [name]: value = 'any', ...others } = exampleInput(model);
  return { model: model.id, input: { ...others, [`${name}z`]: value } };
}

const apiKey = 'every-model-key-0123456789';

let pool: PoolFixture;
let gateway: RunningGateway;
beforeAll(async () => {
  const simulator = { models: ['facts'], dialect: 'wire' } as const;
  pool = await startPool({ redisUrl: inject('redisUrl'), name: 'every-model', workers: 2, simulator });
  gateway = await gatewayOfPool(pool, apiKey);
});
afterAll(async () => {
  await gateway.shutDown('the end of the tests');
  await pool.stop();
});

/** Sends one request for each model; gives what it is answered by the model's name. */
async function forEach<Value>(path: string, make: (model: KieModel) => Request): Promise<ReadonlyMap<string, Value>> {
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ items: MODELS.map(make) });
  const response = await fetch(`${gateway.url}${path}`, { method: 'POST', headers, body });
  const answer: { readonly items: readonly Value[] } = JSON.parse(await response.text());
  return byModel(answer.items);
}

function batch(make: (model: KieModel) => Request, query = ''): Promise<ReadonlyMap<string, Item>> {
  return forEach(`/v1/generations/batch${query}`, make);
}

function byModel<Value>(items: readonly Value[]): ReadonlyMap<string, Value> {
  return new Map(MODELS.map(({ id }, i) => [id, itemAt(items, i)]));
}

function itemAt<Value>(items: readonly Value[], i: number): Value {
  const item = items[i];
  if (item === undefined) throw new Error(`no response to request ${i}`);
  return item;
}

/** Once it has ended. */
function ended(answer: Item | undefined): Promise<GenerationRecord> {
  return pool.recordWhen(answer?.id ?? '', ({ state }) => ['succeeded', 'failed', 'dead'].includes(state));
}

describe('a generation by each model', () => {
  let created: ReadonlyMap<string, Item>;
  let estimates: ReadonlyMap<string, { readonly estimate: { low: number; high: number | null } | null }>;
  beforeAll(async () => {
    estimates = await forEach('/v1/estimate', right);
    created = await batch(right);
  });

  test.each(NAMED)('%s: succeeds, and costs what was estimated', async (id) => {
    const answer = created.get(id);
    expect(answer).toMatchObject({ ok: true });
    expect(answer).not.toHaveProperty('warnings');
    const { state, verdict } = await ended(answer);
    expect(state).toBe('succeeded');
    const estimate = estimates.get(id)?.estimate ?? { low: 100, high: 100 };
    expect(verdict?.creditsConsumed).toBeGreaterThanOrEqual(estimate.low);
    expect(verdict?.creditsConsumed).toBeLessThanOrEqual(estimate.high ?? Infinity);
  });
});

describe('a wrong type', () => {
  let created: ReadonlyMap<string, Item>;
  let refused: ReadonlyMap<string, Item>;
  beforeAll(async () => {
    created = await batch(ofWrongType);
    refused = await batch(ofWrongType, '?validate=strict');
  });

  test.each(LENIENT)('%s: is warned of, refused by Kie, and with validate=strict by the gateway', async (id, model) => {
    const field = `input.${fieldOf(model)}`;
    const answer = created.get(id);
    expect(answer).toMatchObject({ ok: true, warnings: [{ field }] });
    expect(refused.get(id)).toMatchObject({ ok: false, error: { code: 'invalid_request', problems: [{ field }] } });
    expect(await ended(answer)).toMatchObject({ state: 'dead', deadLetter: { class: 'invalid_request' } });
  });
});

describe('a misspelt field', () => {
  let created: ReadonlyMap<string, Item>;
  let refused: ReadonlyMap<string, Item>;
  beforeAll(async () => {
    created = await batch(misspelt);
    refused = await batch(misspelt, '?validate=strict');
  });

  test.each(LENIENT)('%s: is warned of with its right name, and refused with validate=strict', (id, model) => {
    const field = `input.${fieldOf(model)}z`;
    const message = expect.stringContaining(`did you mean input.${fieldOf(model)}?`);
    expect(created.get(id)).toMatchObject({ ok: true, warnings: [{ field, message }] });
    expect(refused.get(id)).toMatchObject({ ok: false, error: { code: 'invalid_request', problems: [{ field }] } });
  });
});

test('the model of the document is refused in either case, with and without validate=strict', async () => {
  const model = MODELS.find(({ strict }) => strict === true);
  for (const make of [ofWrongType, misspelt])
    for (const query of ['', '?validate=strict'])
      expect((await batch(make, query)).get(model?.id ?? '')).toMatchObject({
        ok: false,
        error: { code: 'invalid_request', problems: [{ field: 'input.prompt' }] },
      });
});
