import { Agent, request as send, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { got } from 'got';
import { z } from 'zod';

/** Submits one task, over a connection of its own, and gives its id. */
export type CreateTask = (request: object) => Promise<string>;

const TIMEOUT_MS = 20_000;
const accepted = z.object({ code: z.literal(200), data: z.object({ taskId: z.string() }) });

function taskIdOf(body: Buffer): string {
  return accepted.parse(JSON.parse(body.toString())).data.taskId;
}

function endpointOf(baseUrl: string): URL {
  return new URL('/api/v1/jobs/createTask', baseUrl);
}

/** By got's streams, as kieq's client submitted up to 0.2.0: the body comes from a generator, so that it waits for the socket. */
export function gotExchange(baseUrl: string, apiKey: string): CreateTask {
  const url = endpointOf(baseUrl);
  const client = got.extend({
    followRedirect: false,
    throwHttpErrors: false,
    retry: { limit: 0 },
    http2: false,
    headers: { authorization: `Bearer ${apiKey}`, accept: 'application/json', 'accept-encoding': 'identity' },
    agent: { http: new Agent({ keepAlive: false }) },
  });
  return async (task) => {
    const body = Buffer.from(JSON.stringify(task));
    const stream = client.stream(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': String(body.byteLength) },
      body: (async function* () {
        yield body;
      })(),
      timeout: { request: TIMEOUT_MS },
    });
    return taskIdOf(await buffer(stream));
  };
}

/** The least that Node needs for it: one request, one write, one answer. */
export function leanExchange(baseUrl: string, apiKey: string): CreateTask {
  const url = endpointOf(baseUrl);
  const agent = new Agent({ keepAlive: false });
  return async (task) => {
    const body = Buffer.from(JSON.stringify(task));
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${apiKey}`,
        accept: 'application/json',
        'content-type': 'application/json',
        'content-length': body.byteLength,
      };
      const request = send(url, { method: 'POST', agent, headers }, resolve);
      request.setTimeout(TIMEOUT_MS, () => request.destroy(new Error('no answer in time')));
      request.on('error', reject);
      request.end(body);
    });
    return taskIdOf(await buffer(answer));
  };
}
