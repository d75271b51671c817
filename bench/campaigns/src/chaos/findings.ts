import { frozenPayloadSchema } from '@kieq/queue';
import type { GenerationRecord } from '@kieq/ledger';
import type { CallbackAttempt, Submission, Task } from '@kieq/simulator';
import { z } from 'zod';
import type { Order } from './orders.ts';
import type { World } from './world.ts';

/** Something that must not be. */
export interface Violation {
  readonly rule: string;
  readonly what: string;
  /** The generation concerned. */
  readonly id?: string;
  /** The prompt concerned. */
  readonly prompt?: string;
}

/** One generation from all sides: what its caller wanted, what the ledger knows, what Kie did and charged. */
export interface Case {
  readonly prompt: string;
  readonly order: Order | undefined;
  readonly record: GenerationRecord | undefined;
  readonly submissions: readonly Submission[];
  readonly tasks: readonly Task[];
  /** Tasks that were not refunded. */
  readonly charged: readonly Task[];
}

/** Kie's own callbacks that a gateway took, by task. */
export type TakenCallbacks = ReadonlyMap<string, readonly CallbackAttempt[]>;

/** Cases by prompt; a prompt has one record, or none where nothing came of it. */
export async function openCases(world: World, orders: readonly Order[]): Promise<Case[]> {
  const { ledger } = world.pool.simulator;
  const records = await allRecords(world);
  const submissions = groupBy(ledger.submissions(), ({ prompt }) => prompt);
  const tasks = groupBy(ledger.tasks(), ({ prompt }) => prompt);
  const order = new Map(orders.map((one) => [one.prompt, one]));
  const prompts = new Set([...order.keys(), ...records.keys(), ...submissions.keys(), ...tasks.keys()]);
  return [...prompts].map((prompt) => {
    const made = tasks.get(prompt) ?? [];
    return {
      prompt,
      order: order.get(prompt),
      record: records.get(prompt),
      submissions: submissions.get(prompt) ?? [],
      tasks: made,
      charged: made.filter(({ state }) => state !== 'refunded'),
    };
  });
}

const PAGE = 200;

async function allRecords({ pool }: World): Promise<Map<string, GenerationRecord>> {
  const records = new Map<string, GenerationRecord>();
  let cursor: { readonly at: number; readonly id: string } | undefined;
  do {
    const page = await pool.ledger.read.list({ limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
    for (const record of await pool.ledger.read.generations(page.items.map(({ id }) => id))) {
      if (record !== undefined) records.set(promptOf(record), record);
    }
    cursor = page.next;
  } while (cursor !== undefined);
  return records;
}

const withPrompt = z.object({ prompt: z.string() });

/** Of the frozen request; the id where there is no valid one. */
function promptOf({ id, payload }: GenerationRecord): string {
  const frozen = frozenPayloadSchema.safeParse(JSON.parse(payload ?? 'null'));
  const input = withPrompt.safeParse(frozen.success ? frozen.data.request.input : undefined);
  return input.success ? input.data.prompt : id;
}

function groupBy<Item>(items: readonly Item[], key: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}
