import { randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Core } from '../core.ts';
import { type Answer, json, messageOf } from '../envelope.ts';
import { imageTypeOf } from '../files.ts';
import { isAuthorised } from '../judge.ts';
import { parseJson } from '../request.ts';
import { deliver, substitute } from '../transport.ts';
import { uploadOf } from '../uploaded-images.ts';

/** An upload as any of the three endpoints received it. */
interface Upload {
  readonly bytes: Buffer;
  readonly uploadPath: string;
  readonly fileName: string | undefined;
}

const place = { uploadPath: z.string().min(1), fileName: z.string().min(1).optional() };
const base64Body = z.object({ base64Data: z.string().min(1), ...place });
const urlBody = z.object({ fileUrl: z.string().min(1), ...place });

type Reader = (request: FastifyRequest) => Promise<Upload | string>;

/** The three upload endpoints; at Kie they are on another host. */
export function uploadRoutes(app: FastifyInstance, core: Core): void {
  const routes: readonly [string, Reader][] = [
    ['/api/file-stream-upload', async (request) => readMultipart(core, request)],
    ['/api/file-base64-upload', async (request) => readBase64(request)],
    ['/api/file-url-upload', async (request) => readUrl(core, request)],
  ];
  for (const [path, read] of routes) {
    app.post(path, async (request, reply) => {
      await handle(core, request, reply, read);
    });
  }
}

async function handle(core: Core, request: FastifyRequest, reply: FastifyReply, read: Reader): Promise<void> {
  core.calls.upload += 1;
  const fault = core.faults.take('upload', { call: core.calls.upload, prompt: '' });
  const upload = await read(request);
  const answer = isAuthorised(core, request.headers.authorization) ? store(core, upload) : refusal(401, messageOf(401));
  reply.hijack();
  const wire = { raw: reply.raw, prompt: '', holds: core.holds };
  const other = fault && substitute(fault, core.options.errorStyle);
  await deliver(wire, other ?? answer, fault);
}

async function readMultipart(core: Core, request: FastifyRequest): Promise<Upload | string> {
  if (!request.isMultipart()) return 'Current request is not a multipart request';
  let bytes: Buffer | undefined;
  let sentName: string | undefined;
  const fields = new Map<string, string>();
  // One byte more than allowed is read, so that a file that is too large is detected.
  const limits = { fileSize: core.options.uploadMaxBytes + 1, files: 1 };
  for await (const part of request.parts({ limits })) {
    if (part.type === 'file') {
      bytes = await buffer(part.file);
      sentName = part.filename;
    } else if (typeof part.value === 'string') {
      fields.set(part.fieldname, part.value);
    }
  }
  if (bytes === undefined) return "Required part 'file' is not present";
  const uploadPath = fields.get('uploadPath');
  if (uploadPath === undefined || uploadPath === '') return 'uploadPath cannot be empty';
  return { bytes, uploadPath, fileName: fields.get('fileName') ?? sentName };
}

async function readBase64(request: FastifyRequest): Promise<Upload | string> {
  const parsed = base64Body.safeParse(parseJson(request.body));
  if (!parsed.success) return z.prettifyError(parsed.error);
  const { base64Data, uploadPath, fileName } = parsed.data;
  const bytes = Buffer.from(base64Data.replace(/^data:[^,]*,/u, ''), 'base64');
  return { bytes, uploadPath, fileName };
}

/** Only files of this simulator: it fetches nothing from other hosts. */
async function readUrl(core: Core, request: FastifyRequest): Promise<Upload | string> {
  const parsed = urlBody.safeParse(parseJson(request.body));
  if (!parsed.success) return z.prettifyError(parsed.error);
  const { fileUrl, uploadPath, fileName } = parsed.data;
  const bytes = uploadOf(core, fileUrl)?.bytes;
  return bytes === undefined ? 'File download failed' : { bytes, uploadPath, fileName };
}

function store(core: Core, upload: Upload | string): Answer {
  if (typeof upload === 'string') return refusal(400, upload);
  const { bytes, uploadPath } = upload;
  if (bytes.length > core.options.uploadMaxBytes) {
    return refusal(400, 'File size exceeds the maximum limit');
  }
  const mimeType = imageTypeOf(bytes);
  if (mimeType === undefined) return refusal(400, 'File type not supported');
  const fileName = upload.fileName ?? `${randomUUID()}.${mimeType.slice('image/'.length)}`;
  const filePath = [...uploadPath.split('/'), ...fileName.split('/')]
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    .join('/');
  const now = core.clock.now();
  core.files.put(filePath, { bytes, mimeType, uploadedAtMs: now });
  const downloadUrl = `${core.origin}/files/${filePath.split('/').map(encodeURIComponent).join('/')}`;
  return json(200, {
    success: true,
    code: 200,
    msg: 'File uploaded successfully',
    data: {
      fileName,
      filePath,
      downloadUrl,
      fileSize: bytes.length,
      mimeType,
      uploadedAt: new Date(now).toISOString(),
    },
  });
}

/** The upload host of Kie uses another envelope. */
function refusal(code: number, msg: string): Answer {
  return json(200, { success: false, code, msg, data: null });
}
