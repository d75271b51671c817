import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Core } from '../core.ts';
import { type Answer, htmlPage } from '../envelope.ts';
import { rangeOf } from '../range.ts';
import { deliver, send, substitute } from '../transport.ts';
import { isLinkValid } from './account.ts';

interface LinkQuery {
  readonly expires?: string;
  readonly signature?: string;
}

/** Serves uploads and results, without a key, as Kie's file hosts do. */
export function fileRoutes(app: FastifyInstance, core: Core): void {
  app.get<{ Params: { '*': string } }>('/files/*', (request, reply) => {
    reply.hijack();
    const { now } = core.clock;
    const file = core.files.get(request.params['*'], now(), core.options.uploadTtlMs);
    const answer = file === undefined ? MISSING : content(file.bytes, file.mimeType, request.headers.range);
    send(reply.raw, answer);
  });

  app.get<{ Params: { file: string }; Querystring: LinkQuery }>('/results/:file', async (request, reply) => {
    reply.hijack();
    core.calls.result += 1;
    const task = core.tasks.find(request.params.file.replace(/\.mp4$/u, ''));
    const prompt = task?.prompt ?? '';
    const fault = core.faults.take('result', { call: core.calls.result, prompt });
    const wire = { raw: reply.raw, prompt, holds: core.holds };
    const other = fault && substitute(fault, core.options.errorStyle);
    await deliver(wire, other ?? (await result(core, request)), fault);
  });
}

const MISSING: Answer = { status: 404, headers: { 'content-type': 'text/plain' }, body: 'Not Found' };
const FORBIDDEN: Answer = { ...MISSING, status: 403, body: 'Forbidden' };

async function result(
  core: Core,
  request: FastifyRequest<{ Params: { file: string }; Querystring: LinkQuery }>,
): Promise<Answer> {
  const { file } = request.params;
  const { expires, signature } = request.query;
  const now = core.clock.now();
  const isTemporary = expires !== undefined || signature !== undefined;
  if (isTemporary && !isLinkValid(`/results/${file}`, expires ?? '', signature ?? '', now)) {
    return FORBIDDEN;
  }
  const task = file.endsWith('.mp4') ? core.tasks.find(file.slice(0, -'.mp4'.length)) : undefined;
  if (task?.status !== 'success') return MISSING;
  if (now - (task.endsAtMs ?? now) > core.options.resultTtlMs) return MISSING;
  try {
    const video = await core.videos.of(core, task);
    return content(video, 'video/mp4', request.headers.range);
  } catch {
    return htmlPage(500);
  }
}

function content(bytes: Buffer, type: string, range: string | undefined): Answer {
  const headers = { 'content-type': type, 'accept-ranges': 'bytes' };
  const part = rangeOf(range, bytes.length);
  if (part === undefined) return { status: 200, headers, body: bytes };
  if (part === 'unsatisfiable') {
    return { status: 416, headers: { 'content-range': `bytes */${bytes.length}` }, body: '' };
  }
  return {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${part.start}-${part.end}/${bytes.length}` },
    body: bytes.subarray(part.start, part.end + 1),
  };
}
