import { setTimeout as sleep } from 'node:timers/promises';
import { keyedGenerationId } from '@kieq/domain';
import { z } from 'zod';
import { testRequest } from '../pool.ts';
import type { ProcessPool } from '../process-pool.ts';
import { demand } from './demand.ts';

/** What was ordered in a scene, and how it is judged. */
export interface Orders {
  /** Orders over HTTP; without a response it asks the next address with the same key. Returns the id. */
  place(urls: readonly (() => string)[], prompt: string, more?: OrderOptions): Promise<string>;
  /** Orders with an image of this machine. */
  placeWithImage(url: string, prompt: string): Promise<string>;
  /** Ids by prompt. */
  readonly ids: ReadonlyMap<string, string>;
  /**
   * By the simulator's ledger of charges, and by ours: each has succeeded, and was paid for once.
   * @throws Error that names the first one that was not
   */
  check(): Promise<void>;
}

interface OrderOptions {
  readonly tenant?: string;
}

const PATIENCE_MS = 60_000;
const answer = z.object({ id: z.string() });
/** One pixel. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

export function createOrders({ ledger, simulator }: ProcessPool): Orders {
  const ids = new Map<string, string>();
  const note = (prompt: string, id: string, tenant = 'default'): string => {
    demand(id === keyedGenerationId(tenant, prompt), `${prompt} became ${id}, which is not the id of its key`);
    ids.set(prompt, id);
    return id;
  };
  return {
    ids,
    async place(urls, prompt, { tenant } = {}) {
      const body = { ...testRequest(prompt), idempotencyKey: prompt, ...(tenant === undefined ? {} : { tenant }) };
      const id = await askUntilAnswered(urls, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return note(prompt, id, tenant);
    },
    async placeWithImage(url, prompt) {
      const form = new FormData();
      const { model, input } = testRequest(prompt);
      const request = { model, input: { ...input, image_urls: [] }, idempotencyKey: prompt };
      form.append('request', JSON.stringify(request));
      form.append('image_urls', new Blob([PNG]), 'image.png');
      return note(prompt, await askUntilAnswered([() => url], { method: 'POST', body: form }));
    },
    async check() {
      const charges = simulator.ledger.chargesByPrompt();
      for (const [prompt, id] of ids) {
        const state = (await ledger.read.generation(id))?.state;
        demand(state === 'succeeded', `${prompt} (${id}) is ${state ?? 'lost'}`);
        demand(charges.get(prompt) === 1, `${prompt} (${id}) was paid for ${charges.get(prompt) ?? 0} times`);
      }
      const strange = [...charges.keys()].filter((prompt) => !ids.has(prompt));
      demand(strange.length === 0, `generations without an order: ${strange.join(', ')}`);
    },
  };
}

async function askUntilAnswered(urls: readonly (() => string)[], init: RequestInit): Promise<string> {
  const endsAt = performance.now() + PATIENCE_MS;
  let last: unknown;
  for (let tries = 0; performance.now() < endsAt; tries += 1) {
    try {
      const url = urls[tries % urls.length]?.() ?? '';
      const response = await fetch(`${url}/v1/generations`, init);
      const text = await response.text();
      if (response.ok) return answer.parse(JSON.parse(text)).id;
      last = `${response.status} ${text.slice(0, 500)}`;
      if (response.status < 500) break;
    } catch (error) {
      // Its gateway was killed.
      last = error;
    }
    await sleep(100);
  }
  throw new Error(`an order was not taken: ${String(last)}`);
}
