import type { GenerationRecord, Ledger } from '@kieq/ledger';
import { frozenPayload } from '@kieq/queue';
import { z } from 'zod';
import { generationPage } from './paths.ts';
import { promptOf } from './prompt.ts';

/** As far as a job in an answer of Bull Board matters here. */
const job = z.looseObject({ id: z.string(), data: z.looseObject({ generation: z.string() }) });
const queueList = z.looseObject({ queues: z.array(z.looseObject({ jobs: z.array(z.unknown()) })) });
const oneJob = z.looseObject({ job });

/**
 * Makes a function that puts into Bull Board's answers what a person wants to know of a job: model, prompt, tenant,
 * state and task of its generation, and the address of its page. Jobs themselves carry little more than an id.
 * @param prefix in front of the paths of pages
 */
export function createJobReader(ledger: Ledger, prefix: string): (answer: unknown) => Promise<unknown> {
  const readJobs = async (jobs: readonly unknown[]): Promise<unknown[]> => {
    const parsed = jobs.map((one) => job.safeParse(one).data);
    const ids = [...new Set(parsed.flatMap((one) => (one === undefined ? [] : [one.data.generation])))];
    const records = new Map((await ledger.read.generations(ids)).map((record, i) => [ids[i], record]));
    return jobs.map((one, i) => {
      const known = parsed[i];
      return known === undefined ? one : withFacts(known, records.get(known.data.generation), prefix);
    });
  };
  return async (answer) => {
    const list = queueList.safeParse(answer);
    if (list.success) {
      const queues = await Promise.all(
        list.data.queues.map(async (queue) => ({ ...queue, jobs: await readJobs(queue.jobs) })),
      );
      return { ...list.data, queues };
    }
    const single = oneJob.safeParse(answer);
    if (!single.success) return answer;
    const [read] = await readJobs([single.data.job]);
    return { ...single.data, job: read };
  };
}

type BoardJob = z.infer<typeof job>;

function withFacts(shown: BoardJob, record: GenerationRecord | undefined, prefix: string): BoardJob {
  const { generation, ...rest } = shown.data;
  const link = { displayText: generation, href: `${prefix}${generationPage(generation)}` };
  if (record === undefined) return { ...shown, externalUrl: link };
  const prompt = promptOf(frozenPayload(record.payload));
  const facts = {
    generation,
    state: record.state,
    model: record.model,
    tenant: record.tenant,
    ...(prompt === undefined ? {} : { prompt }),
    ...(record.taskId === undefined ? {} : { task: record.taskId }),
    ...(record.deadLetter === undefined ? {} : { deadLetter: record.deadLetter.class }),
  };
  return { ...shown, data: { ...facts, ...rest }, externalUrl: link };
}
