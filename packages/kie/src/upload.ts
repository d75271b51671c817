import { z } from 'zod';

import { classifyCall, unreadable } from './classify-call.ts';
import type { KieContext } from './context.ts';
import { KieError } from './errors.ts';
import { isHttpUrl } from './json.ts';
import type { FileSource, Multipart } from './multipart.ts';
import { contentTypeOf, multipart } from './multipart.ts';
import { endpoint } from './options.ts';
import { exchangeWithRetries } from './retry.ts';

export interface UploadOptions {
  /** The bytes, or the path of a file. Kie accepts images up to 10 MB. */
  readonly file: FileSource;
  /**
   * Must be unique: an upload under the same name and path OVERWRITES the earlier file
   * (docs/kie/facts.md#other-endpoints).
   */
  readonly fileName: string;
  /** Folder at Kie, such as `images/user-uploads`. */
  readonly uploadPath: string;
  /** Default: by the extension of `fileName`. */
  readonly contentType?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Upload {
  /** The URL for `image_urls`. Kie deletes the file after 1 to 3 days (docs/kie/facts.md#rules-of-the-account). */
  readonly downloadUrl: string;
  /** In bytes. */
  readonly fileSize?: number;
  readonly mimeType?: string;
}

const uploadSchema = z.looseObject({
  downloadUrl: z.string().refine(isHttpUrl),
  fileSize: z.number().nonnegative().optional().catch(undefined),
  mimeType: z.string().min(1).optional().catch(undefined),
});

/** POST /api/file-stream-upload on the upload host (docs/kie/facts.md#other-endpoints). Free, and safe to repeat. */
export async function upload(context: KieContext, options: UploadOptions): Promise<Upload> {
  const form = await encode(options);
  const request = {
    url: endpoint(context.options.uploadUrl, '/api/file-stream-upload'),
    headers: { 'content-type': form.contentType },
    body: form,
    timeoutMs: context.options.uploadTimeoutMs,
    signal: options.signal,
  };
  const exchange = await exchangeWithRetries(
    () => context.transport.exchange(request),
    context.options.retry,
    options.signal,
  );
  const envelope = classifyCall(exchange, 'upload', context.redact, Date.now());
  if (envelope instanceof KieError) throw envelope;
  const parsed = uploadSchema.safeParse(envelope.data);
  if (!parsed.success) throw unreadable(exchange, 'upload', context.redact);
  const { downloadUrl, fileSize, mimeType } = parsed.data;
  return {
    downloadUrl,
    ...(fileSize === undefined ? {} : { fileSize }),
    ...(mimeType === undefined ? {} : { mimeType }),
  };
}

async function encode(options: UploadOptions): Promise<Multipart> {
  const { file, fileName, uploadPath, contentType } = options;
  try {
    const type = contentType ?? contentTypeOf(fileName);
    return await multipart({ uploadPath, fileName }, { source: file, fileName, contentType: type });
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown error';
    throw new KieError('file', { summary: `upload: the file cannot be read (${reason}).` });
  }
}
