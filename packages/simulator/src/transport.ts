import type { ServerResponse } from 'node:http';
import { pause } from './clock.ts';
import { type Answer, failure, htmlPage, json } from './envelope.ts';
import type { CreateFault, QueryFault } from './faults.ts';
import type { Holds } from './holds.ts';
import type { SimulatorOptions } from './configuration.ts';

/** Any fault that can reach the wire. */
type WireFault = CreateFault | QueryFault;

export interface Wire {
  readonly raw: ServerResponse;
  readonly prompt: string;
  readonly holds: Holds;
}

/** The answer that a fault puts in place of the real one; undefined: the real one stays. */
export function substitute(fault: WireFault, style: SimulatorOptions['errorStyle']): Answer | undefined {
  if (fault.kind === 'status429') return limited('status', fault.retryAfter);
  if (fault.kind === 'envelope429') return limited('envelope', fault.retryAfter);
  if (fault.kind === 'status402') return failure(402, undefined, 'status');
  if (fault.kind === 'envelope402') return failure(402);
  if (fault.kind === 'html') return htmlPage(fault.status);
  if (fault.kind === 'redirect') return { status: fault.status, headers: { location: fault.location }, body: '' };
  if (fault.kind === 'code') return coded(fault, style);
  if (fault.kind === 'invalidJson') return { ...json(200, null), body: BROKEN_JSON };
  return undefined;
}

const BROKEN_JSON = '{"code":200,"msg":"success","data":{"taskId';

function limited(style: SimulatorOptions['errorStyle'], retryAfter: number | string | undefined): Answer {
  const answer = failure(429, undefined, style);
  if (retryAfter === undefined) return answer;
  return { ...answer, headers: { ...answer.headers, 'retry-after': String(retryAfter) } };
}

function coded(fault: Extract<WireFault, { kind: 'code' }>, style: SimulatorOptions['errorStyle']): Answer {
  const answer = failure(fault.code, fault.msg, style);
  return fault.httpStatus === undefined ? answer : { ...answer, status: fault.httpStatus };
}

/** Sends an answer, changed by the fault. Resolves after the last write. */
export async function deliver(wire: Wire, answer: Answer, fault: WireFault | undefined): Promise<void> {
  const { raw } = wire;
  const kind = fault?.kind;
  if (kind === 'cutBefore' || kind === 'cutAfter') {
    raw.destroy();
  } else if (kind === 'slowBody') {
    await sendSlowly(raw, answer, fault.ms);
  } else if (kind === 'cutBody') {
    cutInHalf(raw, answer);
  } else if (kind === 'hugeBody') {
    await sendPadded(raw, answer, fault.bytes);
  } else if (kind !== 'hangBefore' && kind !== 'hangAfter') {
    if (kind === 'delayAnswer') await pause(fault.ms);
    if (kind === 'hold' && fault.at === 'after') await wire.holds.wait(wire.prompt, raw);
    send(raw, answer);
  }
}

/** Writes a whole answer, unless the client has disconnected. */
export function send(raw: ServerResponse, answer: Answer): void {
  if (raw.destroyed || raw.writableEnded) return;
  raw.writeHead(answer.status, { ...answer.headers, 'content-length': sizeOf(answer) });
  raw.end(answer.body);
}

function sizeOf(answer: Answer): number {
  return Buffer.byteLength(answer.body);
}

const PIECES = 10;

async function sendSlowly(raw: ServerResponse, answer: Answer, ms: number): Promise<void> {
  const body = Buffer.from(answer.body);
  const size = Math.max(1, Math.ceil(body.length / PIECES));
  raw.writeHead(answer.status, { ...answer.headers, 'content-length': body.length });
  raw.flushHeaders();
  for (let from = 0; from < body.length && !raw.destroyed; from += size) {
    await pause(ms / PIECES);
    if (!raw.destroyed) raw.write(body.subarray(from, from + size));
  }
  raw.end();
}

function cutInHalf(raw: ServerResponse, answer: Answer): void {
  const body = Buffer.from(answer.body);
  raw.writeHead(answer.status, { ...answer.headers, 'content-length': body.length });
  // Destroy only after the half has left, or the client would get no byte.
  raw.write(body.subarray(0, Math.floor(body.length / 2)), () => {
    setImmediate(() => raw.destroy());
  });
}

const CHUNK = Buffer.alloc(64 * 1024, ' ');

/** Pads in front with spaces, which JSON allows, so that the answer stays valid. */
async function sendPadded(raw: ServerResponse, answer: Answer, bytes: number): Promise<void> {
  const size = sizeOf(answer);
  const padding = Math.max(0, bytes - size);
  raw.writeHead(answer.status, { ...answer.headers, 'content-length': padding + size });
  for (let left = padding; left > 0 && !raw.destroyed; left -= CHUNK.length) {
    const room = raw.write(CHUNK.subarray(0, Math.min(left, CHUNK.length)));
    if (!room) await drained(raw);
  }
  if (!raw.destroyed) raw.end(answer.body);
}

async function drained(raw: ServerResponse): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      raw.off('drain', done);
      raw.off('close', done);
      resolve();
    };
    raw.once('drain', done);
    raw.once('close', done);
  });
}
