import { expect } from 'vitest';
import { z } from 'zod';
import { until } from '../../../../packages/testkit/src/until.ts';
import { ALLOWED } from './allowed.ts';
import { SPOKEN, type Dialect } from './dialect.ts';
import type { ContractServer, OpenServer } from './server.ts';

const envelopeForm = z.strictObject({ code: z.int(), msg: z.string().min(1), data: z.unknown() });
type Envelope = z.infer<typeof envelopeForm>;

/** What a field holds that does not apply yet: null in the document's example, and "" in recorded answers. */
const blank = z.union([z.null(), z.literal('')]);

/** `data` of the Query Task answer, of whatever state. */
export const recordForm = z.object({
  taskId: z.string().min(1),
  model: z.string(),
  state: z.enum(['waiting', 'queuing', 'generating', 'success', 'fail']),
  param: z.string(),
  resultJson: z.union([z.string(), blank]),
  failCode: z.union([z.string(), blank]),
  failMsg: z.union([z.string(), blank]),
  costTime: z.union([z.int(), blank]),
  completeTime: z.union([z.int(), blank]),
  createTime: z.int(),
});
type TaskRecord = z.infer<typeof recordForm>;

/** `data` of createTask's answer. */
export const createdSchema = z.object({ taskId: z.string().min(1), recordId: z.string().optional() });

interface Call {
  readonly method?: string;
  /** The header `Authorization`; default the server's key as bearer, null for none. */
  readonly authorization?: string | null;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, in place of `body`. */
  readonly text?: string;
}

/** A client of the document, written against nothing but address and key. */
export interface KieContractClient {
  /** What the dialect of this server has, where the dialects differ. */
  readonly spoken: (typeof SPOKEN)[Dialect];
  /** Asks and checks what holds for every answer: JSON, the envelope, and a status that goes with its code. */
  ask(path: string, call?: Call): Promise<Envelope>;
  createTask(body: unknown, call?: Call): Promise<Envelope>;
  /** Creates a task that must be accepted; gives its id. */
  created(body: unknown): Promise<string>;
  recordInfo(taskId: string): Promise<Envelope>;
  record(taskId: string): Promise<TaskRecord>;
  /** Asks until the task has ended. */
  ended(taskId: string): Promise<TaskRecord>;
}

export async function connect(open: OpenServer): Promise<KieContractClient> {
  const server = await open();
  const createTask: KieContractClient['createTask'] = (body, call) =>
    ask(server, '/api/v1/jobs/createTask', { method: 'POST', body, ...call });
  const recordInfo: KieContractClient['recordInfo'] = (taskId) =>
    ask(server, `/api/v1/jobs/recordInfo?taskId=${encodeURIComponent(taskId)}`);
  const record = async (taskId: string): Promise<TaskRecord> => recordForm.parse(success(await recordInfo(taskId)));
  return {
    spoken: SPOKEN[server.dialect],
    ask: (path, call) => ask(server, path, call),
    createTask,
    created: async (body) => createdSchema.parse(success(await createTask(body))).taskId,
    recordInfo,
    record,
    ended: (taskId) =>
      until(
        () => record(taskId),
        ({ state }) => state === 'success' || state === 'fail',
      ),
  };
}

async function ask({ baseUrl, apiKey }: ContractServer, path: string, call: Call = {}): Promise<Envelope> {
  const { authorization = `Bearer ${apiKey}`, body, text = JSON.stringify(body) } = call;
  const answer = await fetch(`${baseUrl}${path}`, {
    method: call.method ?? 'GET',
    headers: { 'content-type': 'application/json', ...(authorization === null ? {} : { authorization }) },
    ...(text === undefined ? {} : { body: text }),
  });
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
  const envelope = envelopeForm.parse(await answer.json());
  expect(ALLOWED.statusOf(envelope.code)).toContain(answer.status);
  if (envelope.code === 200) expect(envelope.msg).toBe('success');
  else expect(envelope.data).toBeNull();
  return envelope;
}

function success({ code, msg, data }: Envelope): unknown {
  expect([code, msg]).toEqual([200, 'success']);
  return data;
}
