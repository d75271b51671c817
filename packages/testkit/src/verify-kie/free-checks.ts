import { createHash, randomUUID } from 'node:crypto';
import type { KieClient } from '@kieq/kie';
import { z } from 'zod';
import type { Check, Seen } from './finding.ts';
import { bytesOf, told, type Wire, type WireAnswer } from './wire.ts';

/** What the free checks work with. */
export interface FreeContext {
  readonly kie: KieClient;
  readonly wire: Wire;
  /** An image that Kie accepts, and another one. */
  readonly images: readonly [Buffer, Buffer];
  /** Part of every name that the checks make. */
  readonly run: string;
}

const FOLDER = 'images/kieq-verify';
const unknownTask = (wire: Wire): Promise<WireAnswer> =>
  wire.get(`/api/v1/jobs/recordInfo?taskId=${randomUUID().replaceAll('-', '')}`);

/** Calls that cost nothing, in this order. */
export const FREE_CHECKS: readonly Check<FreeContext>[] = [
  { id: 'credit', expected: 'a plain number', run: async ({ wire }) => balance(await wire.get('/api/v1/chat/credit')) },
  {
    id: 'unknown-task',
    expected: 'code 422, "recordInfo is null", data null',
    run: async ({ wire }) => {
      const answer = await unknownTask(wire);
      const { code, msg, data } = answer.envelope ?? {};
      return { holds: code === 422 && msg === 'recordInfo is null' && data === null, seen: told(answer) };
    },
  },
  {
    id: 'error-status',
    expected: 'HTTP 200 with the code in the body',
    run: async ({ wire }) => {
      const answer = await unknownTask(wire);
      return { holds: answer.status === 200 && answer.envelope?.code !== 200, seen: told(answer) };
    },
  },
  {
    id: 'code-401',
    expected: 'code 401 for a wrong key',
    run: async ({ wire }) => {
      const answer = await wire.get('/api/v1/chat/credit', 'kieq-verify-no-key-of-any-account');
      return { holds: answer.envelope?.code === 401, seen: told(answer) };
    },
  },
  {
    id: 'code-404',
    expected: '404 for a path that does not exist',
    run: async ({ wire }) => {
      const answer = await wire.get('/api/v1/kieq-verify/no-such-path');
      return { holds: (answer.envelope?.code ?? answer.status) === 404 || answer.status === 404, seen: told(answer) };
    },
  },
  { id: 'stream-upload', expected: 'a downloadUrl; the same name overwrites', run: streamUpload },
  {
    id: 'base64-upload',
    expected: 'a downloadUrl that serves the image',
    run: async ({ wire, images: [image], run }) => {
      const body = { base64Data: `data:image/png;base64,${image.toString('base64')}`, ...named(run, 'base64') };
      return served(await wire.upload('/api/file-base64-upload', body), image);
    },
  },
  {
    id: 'url-upload',
    expected: 'a downloadUrl that serves the image behind fileUrl',
    run: async ({ kie, wire, images: [image], run }) => {
      const { fileName, uploadPath } = named(run, 'source');
      const { downloadUrl } = await kie.upload({ file: image, fileName, uploadPath });
      return served(await wire.upload('/api/file-url-upload', { fileUrl: downloadUrl, ...named(run, 'url') }), image);
    },
  },
  {
    id: 'catalogue',
    expected: 'GET /api/v1/models answers with code 200',
    run: async ({ wire }) => {
      const answer = await wire.get('/api/v1/models');
      return { holds: answer.envelope?.code === 200, seen: told(answer) };
    },
  },
  {
    id: 'older-endpoints',
    expected: 'GET /api/v1/veo/record-info still answers with an envelope, and not with 404',
    run: async ({ wire }) => {
      const answer = await wire.get(`/api/v1/veo/record-info?taskId=${randomUUID().replaceAll('-', '')}`);
      const code = answer.envelope?.code;
      return { holds: code !== undefined && code !== 404 && answer.status !== 404, seen: told(answer) };
    },
  },
  {
    id: 'way',
    expected: 'Cloudflare stands before the service',
    run: async ({ wire }) => {
      const { headers } = await unknownTask(wire);
      const server = headers.get('server') ?? 'none';
      return { holds: headers.has('cf-ray') || server === 'cloudflare', seen: `header server: ${server}` };
    },
  },
  {
    id: 'rate-limit-headers',
    expected: 'no answer has Retry-After or X-RateLimit-*',
    run: ({ wire }) => {
      const names = wire.seen.flatMap(({ headers }) => [...headers.keys()]);
      const strange = names.filter((name) => name === 'retry-after' || name.startsWith('x-ratelimit'));
      return { holds: strange.length === 0, seen: `${wire.seen.length} answers; ${strange.join(', ') || 'none'}` };
    },
  },
];

function balance(answer: WireAnswer): Seen {
  return { holds: typeof answer.envelope?.data === 'number', seen: `data is a ${typeof answer.envelope?.data}` };
}

const named = (run: string, what: string): { uploadPath: string; fileName: string } => ({
  uploadPath: FOLDER,
  fileName: `${run}-${what}.png`,
});

async function streamUpload({ kie, images: [first, second], run }: FreeContext): Promise<Seen> {
  const name = named(run, 'stream');
  const { downloadUrl } = await kie.upload({ file: first, ...name });
  if (!isSame(await bytesOf(downloadUrl), first)) return { holds: false, seen: 'the link does not serve the image' };
  const again = await kie.upload({ file: second, ...name });
  const overwrote = isSame(await bytesOf(again.downloadUrl), second) && again.downloadUrl === downloadUrl;
  return {
    holds: overwrote,
    seen: overwrote ? 'both; the second image stands at the same link' : `the second image stands at another link`,
  };
}

const uploadData = z.looseObject({ downloadUrl: z.url() });

async function served(answer: WireAnswer, image: Buffer): Promise<Seen> {
  const data = uploadData.safeParse(answer.envelope?.data);
  if (!data.success) return { holds: false, seen: told(answer) };
  const holds = isSame(await bytesOf(data.data.downloadUrl), image);
  return { holds, seen: holds ? 'the same bytes' : 'the link does not serve the same bytes' };
}

function isSame(got: Buffer | undefined, sent: Buffer): boolean {
  return got !== undefined && digest(got) === digest(sent);
}

const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
