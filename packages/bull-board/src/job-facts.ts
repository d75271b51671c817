import type { GenerationRecord, Ledger } from '@kieq/ledger';
import { frozenPayload, promptOf } from '@kieq/queue';
import { z } from 'zod';

/** As far as the data of a job matter here. */
const jobData = z.looseObject({ generation: z.string() });

/** The generation that a job carries; undefined for a job that is none of kieq's. */
export function generationOf(data: unknown): string | undefined {
  return jobData.safeParse(data).data?.generation;
}

/**
 * What a person wants to know of jobs: model, prompt, tenant, state and task of their generations. Jobs themselves carry
 * little more than an id.
 * @param data of the jobs
 * @returns the same with these facts, in the same order
 */
export async function withFacts(ledger: Ledger, data: readonly unknown[]): Promise<unknown[]> {
  const ids = [...new Set(data.flatMap((one) => generationOf(one) ?? []))];
  const records = new Map((await ledger.read.generations(ids)).map((record, i) => [ids[i], record]));
  return data.map((one) => {
    const known = jobData.safeParse(one).data;
    const record = known === undefined ? undefined : records.get(known.generation);
    if (known === undefined || record === undefined) return one;
    const { generation, ...rest } = known;
    return { ...factsOf(generation, record), ...rest };
  });
}

function factsOf(generation: string, record: GenerationRecord): object {
  const prompt = promptOf(frozenPayload(record.payload));
  return {
    generation,
    state: record.state,
    model: record.model,
    tenant: record.tenant,
    ...(prompt === undefined ? {} : { prompt }),
    ...(record.taskId === undefined ? {} : { task: record.taskId }),
    ...(record.deadLetter === undefined ? {} : { deadLetter: record.deadLetter.class }),
  };
}
