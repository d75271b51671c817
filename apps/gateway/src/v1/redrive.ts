import type { DeadLetterClass } from '@kieq/domain';
import { redriveClass, redriveOne, type RedriveOptions, type RedriveResult } from '@kieq/queue';
import { z } from 'zod';
import { ApiError } from '../api-error.ts';
import { tenantFor, type Caller } from '../caller.ts';
import type { GatewayDeps } from '../deps.ts';
import { REDRIVEN } from '../openapi/examples.ts';
import { classWord, resumePointWord } from './schemas.ts';
import { visibleRecord } from './visible.ts';

export const resumedSchema = z
  .object({
    kind: z.enum(['resumed', 'would_resume']),
    id: z.string(),
    class: classWord,
    state: resumePointWord.describe('State in which it resumes; `notify`: only the delivery is sent again'),
    warning: z
      .string()
      .optional()
      .describe('Risk of paying twice: the caller was told of the failure and may have created the generation again'),
  })
  .meta({ id: 'Redriven', examples: [REDRIVEN] });
export const redriveResultSchema = z
  .discriminatedUnion('kind', [
    resumedSchema,
    z.object({ kind: z.literal('not_possible'), id: z.string(), reason: z.string() }).meta({ id: 'NotRedriven' }),
  ])
  .meta({ id: 'RedriveResult' });

interface Choices {
  readonly payAgain: boolean;
  readonly dryRun: boolean;
}

/** @throws ApiError `not_found`, `not_redrivable` */
export async function redriveById(
  deps: GatewayDeps,
  id: string,
  { class: deadLetterClass, ...choices }: Choices & { readonly class?: DeadLetterClass | undefined },
  caller: Caller,
): Promise<z.infer<typeof resumedSchema>> {
  await visibleRecord(deps, caller, id);
  const options = optionsOf(deps, choices, caller.tenant);
  const result = await redriveOne(options, id, deadLetterClass);
  if (result.kind === 'not_possible') throw new ApiError('not_redrivable', result.reason);
  return result;
}

interface ClassChoices extends Choices {
  readonly class: DeadLetterClass;
  readonly limit: number;
  readonly tenant?: string | undefined;
}

interface RedriveAllOptions {
  readonly caller: Caller;
  readonly signal: AbortSignal;
  /** Receives all results, also when the redrive is stopped early. */
  readonly onEnd: (results: readonly RedriveResult[]) => void;
}

/** Redrives the dead letters of a class, up to the limit or until the signal aborts. */
export async function redriveAll(
  deps: GatewayDeps,
  { class: deadLetterClass, limit, tenant, ...choices }: ClassChoices,
  { caller, signal, onEnd }: RedriveAllOptions,
): Promise<{ items: RedriveResult[]; more: boolean }> {
  const owner = tenantFor(caller, tenant);
  const items: RedriveResult[] = [];
  const options = { ...optionsOf(deps, choices, owner), limit, signal };
  try {
    for await (const result of redriveClass(options, deadLetterClass)) items.push(result);
  } finally {
    onEnd(items);
  }
  const done = new Set(items.map(({ id }) => id));
  const more = items.length === limit && (await isAnyLeft(deps, deadLetterClass, owner, done));
  return { items, more };
}

/** Whether there is an open dead letter in addition to those already processed. */
async function isAnyLeft(
  { ledger }: GatewayDeps,
  deadLetterClass: DeadLetterClass,
  tenant: string | undefined,
  done: ReadonlySet<string>,
): Promise<boolean> {
  const filter = { class: deadLetterClass, limit: done.size + 1, ...(tenant === undefined ? {} : { tenant }) };
  let page = await ledger.read.listDeadLetters(filter);
  while (!page.items.some(({ id }) => !done.has(id))) {
    if (page.next === undefined) return false;
    page = await ledger.read.listDeadLetters({ ...filter, cursor: page.next });
  }
  return true;
}

function optionsOf(
  { ledger, queues, timings }: GatewayDeps,
  choices: Choices,
  tenant: string | undefined,
): RedriveOptions {
  const { vehicleCheckMs } = timings;
  return { ledger, queues, vehicleCheckMs, ...choices, ...(tenant === undefined ? {} : { tenant }) };
}
