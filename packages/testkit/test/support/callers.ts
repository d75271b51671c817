import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { testRequest, until, type ProcessPool } from '../../src/index.ts';

const envelope = z.object({ code: z.int(), msg: z.string(), data: z.unknown() });
const created = z.object({ taskId: z.string() });
const record = z.object({ state: z.string() });

/** An answer of the Kie-compatible API. */
export interface Answer {
  readonly prompt: string;
  /** HTTP status; 0 where the connection was refused or broke off. */
  readonly status: number;
  /** Of the envelope; 0 where there is none. */
  readonly code: number;
  readonly retryAfter: string | null;
  /** From asking to the end of the answer. */
  readonly ms: number;
  /** What was acknowledged. */
  readonly taskId?: string;
}

/** Asks a gateway for a task whose idempotency key is its prompt. Never rejects. */
export async function createTask(gatewayUrl: string, prompt: string): Promise<Answer> {
  const startedMs = performance.now();
  const headers = { 'content-type': 'application/json', 'idempotency-key': prompt };
  const call = { method: 'POST', headers, body: JSON.stringify(testRequest(prompt)) };
  try {
    const answer = await fetch(`${gatewayUrl}/api/v1/jobs/createTask`, call);
    const { code, data } = envelope.parse(await answer.json());
    const retryAfter = answer.headers.get('retry-after');
    const known = { prompt, status: answer.status, code, retryAfter, ms: performance.now() - startedMs };
    return code === 200 ? { ...known, taskId: created.parse(data).taskId } : known;
  } catch {
    return { prompt, status: 0, code: 0, retryAfter: null, ms: performance.now() - startedMs };
  }
}

/** A gateway's view of a task: its state. */
export async function stateOf(gatewayUrl: string, taskId: string): Promise<string> {
  const answer = await fetch(`${gatewayUrl}/api/v1/jobs/recordInfo?taskId=${taskId}`);
  return record.parse(envelope.parse(await answer.json()).data).state;
}

/** Callers that go on creating tasks; a refused one asks again with the same key. */
export interface Callers {
  /** In order of arrival. */
  readonly answers: readonly Answer[];
  /** Task ids by prompt, as they were acknowledged. */
  acknowledged(): ReadonlyMap<string, string>;
  /** Lets everybody finish the call that is open. */
  stop(): Promise<void>;
}

/** @param pauseMs of one caller between its calls */
export function startCallers(gatewayUrl: string, count: number, pauseMs = 50): Callers {
  const answers: Answer[] = [];
  let isStopped = false;
  let next = 0;
  const run = async (): Promise<void> => {
    while (!isStopped) {
      const prompt = `of a caller ${(next += 1)}`;
      let answer: Answer | undefined;
      while (!isStopped && answer?.taskId === undefined) {
        answer = await createTask(gatewayUrl, prompt);
        answers.push(answer);
        await sleep(pauseMs);
      }
    }
  };
  const running = Array.from({ length: count }, run);
  return {
    answers,
    acknowledged: () =>
      new Map(answers.flatMap(({ prompt, taskId }) => (taskId === undefined ? [] : [[prompt, taskId] as const]))),
    async stop() {
      isStopped = true;
      await Promise.all(running);
    },
  };
}

/** What has become of everything that was acknowledged. */
export interface Reckoning {
  readonly acknowledged: number;
  /** States, other than success, in which the gateway shows acknowledged tasks. */
  readonly lost: readonly string[];
  /** Prompts with another number of charges than one. */
  readonly wronglyCharged: readonly string[];
}

/** Counts, once all that was acknowledged has had the time to succeed. */
export async function reckon(
  { ledger, simulator }: ProcessPool,
  url: string,
  callers: Callers,
  patienceMs: number,
): Promise<Reckoning> {
  const tasks = [...callers.acknowledged()];
  // Should it never be so, the states tell what is missing.
  await until(
    () => ledger.read.stateCounts(),
    ({ succeeded }) => succeeded >= tasks.length,
    patienceMs,
  ).catch(() => undefined);
  const states = await Promise.all(tasks.map(([, taskId]) => stateOf(url, taskId)));
  const charges = simulator.ledger.chargesByPrompt();
  return {
    acknowledged: tasks.length,
    lost: states.filter((state) => state !== 'success'),
    wronglyCharged: tasks.map(([prompt]) => prompt).filter((prompt) => charges.get(prompt) !== 1),
  };
}
