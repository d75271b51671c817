import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';

/** A file in memory, or the path of one on disk, which is streamed and never read whole. */
export type FileSource = Uint8Array | string;

/** A multipart/form-data body that can be sent more than once. */
export interface Multipart {
  readonly contentType: string;
  readonly bytes: number;
  readonly chunks: () => AsyncIterable<Uint8Array>;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
};

/** The media type by the extension of a file name; `application/octet-stream` for all but JPEG, PNG and WebP. */
export function contentTypeOf(fileName: string): string {
  const extension = /\.([a-z0-9]+)$/i.exec(fileName)?.[1]?.toLowerCase() ?? '';
  return CONTENT_TYPES[extension] ?? 'application/octet-stream';
}

/**
 * Encodes text fields and one file, with its length known in advance.
 * @throws the error of `stat` when a path cannot be read.
 */
export async function multipart(
  fields: Readonly<Record<string, string>>,
  file: { readonly source: FileSource; readonly fileName: string; readonly contentType: string },
): Promise<Multipart> {
  const { source } = file;
  const boundary = `kieq-${randomUUID()}`;
  const head = Buffer.from(
    Object.entries(fields)
      .map(([name, value]) => part(boundary, name) + `\r\n${value}\r\n`)
      .join('') +
      part(boundary, 'file', file.fileName) +
      `Content-Type: ${quiet(file.contentType)}\r\n\r\n`,
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  const size = typeof source === 'string' ? (await stat(source)).size : source.byteLength;
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    bytes: head.byteLength + size + tail.byteLength,
    chunks: async function* () {
      yield head;
      yield* contents(source, size);
      yield tail;
    },
  };
}

async function* contents(source: FileSource, size: number): AsyncGenerator<Uint8Array> {
  if (size === 0) return;
  if (typeof source !== 'string') yield source;
  // `end` keeps the body of a growing file within the announced length.
  else yield* createReadStream(source, { end: size - 1 });
}

function part(boundary: string, name: string, fileName?: string): string {
  const file = fileName === undefined ? '' : `; filename="${escape(fileName)}"`;
  return `--${boundary}\r\nContent-Disposition: form-data; name="${escape(name)}"${file}\r\n`;
}

/** As browsers do it (WHATWG HTML, multipart/form-data encoding). */
function escape(text: string): string {
  return text.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function quiet(text: string): string {
  return text.replaceAll(/[\r\n]/g, ' ');
}
