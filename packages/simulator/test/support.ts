import { createServer, type IncomingMessage } from 'node:http';
import { onTestFinished } from 'vitest';
import { createSimulator, KLING_MODEL, type Simulator, type SimulatorSettings } from '../src/index.ts';

/** No waiting unless a test asks for it; tasks end when the test says so. */
const QUICK: SimulatorSettings = {
  createLatency: { minMs: 0, maxMs: 0 },
  queryLatency: { minMs: 0, maxMs: 0 },
  generation: { kind: 'fixed', ms: 3_600_000 },
  rateLimit: null,
};

export interface Envelope<Data> {
  readonly code: number;
  readonly msg: string;
  readonly data: Data;
}

export interface RecordInfo {
  readonly taskId: string;
  readonly state: string;
  readonly param: string;
  readonly resultJson: string | null;
  readonly failCode: string | null;
  readonly failMsg: string | null;
  readonly costTime: number | null;
  readonly completeTime: number | null;
  readonly createTime: number;
  readonly creditsConsumed?: number;
}

/** A simulator that is stopped when the test ends. */
export async function started(settings: SimulatorSettings = {}): Promise<Simulator> {
  const simulator = createSimulator({ ...QUICK, ...settings });
  await simulator.start();
  onTestFinished(async () => simulator.stop());
  return simulator;
}

export function requestOf(prompt: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  const input = { prompt, image_urls: ['https://example.com/a.png'], sound: false, duration: '5' };
  return { model: KLING_MODEL, input: { ...input, ...more } };
}

export async function create(
  simulator: Simulator,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${simulator.url}/api/v1/jobs/createTask`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    redirect: 'manual',
  });
}

export async function createdId(simulator: Simulator, body: unknown): Promise<string> {
  const { data } = await envelope<{ taskId: string }>(await create(simulator, body));
  return data.taskId;
}

export async function query(simulator: Simulator, taskId: string): Promise<Response> {
  return fetch(`${simulator.url}/api/v1/jobs/recordInfo?taskId=${taskId}`, { redirect: 'manual' });
}

export async function record(simulator: Simulator, taskId: string): Promise<RecordInfo> {
  return (await envelope<RecordInfo>(await query(simulator, taskId))).data;
}

/** JSON that the test knows the shape of. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller names the type, as with fetch's json()
export function parsed<Value>(text: string): Value {
  return JSON.parse(text);
}

export async function envelope<Data = unknown>(response: Response): Promise<Envelope<Data>> {
  return parsed(await response.text());
}

/** Resolves with a client's failure, or undefined when it got a whole answer. */
export async function failureOf(call: Promise<Response>): Promise<unknown> {
  try {
    await (await call).arrayBuffer();
    return undefined;
  } catch (error) {
    return error;
  }
}

export interface Received {
  readonly headers: IncomingMessage['headers'];
  readonly body: Envelope<RecordInfo>;
}

export interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** Statuses for the next callbacks; 200 afterwards. */
  readonly statuses: number[];
}

/** A receiver of callbacks. */
export async function receiver(): Promise<Receiver> {
  const received: Received[] = [];
  const statuses: number[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: parsed(text) });
      response.writeHead(statuses.shift() ?? 200).end('{"code":200,"msg":"success"}');
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('receiver: not listening');
  return { url: `http://127.0.0.1:${address.port}/callback`, received, statuses };
}
