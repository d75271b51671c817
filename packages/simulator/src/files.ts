/** An uploaded file. */
export interface StoredFile {
  readonly bytes: Buffer;
  readonly mimeType: string;
  readonly uploadedAtMs: number;
}

/** The newest uploads; beyond this the oldest are removed, so that a load test cannot fill the memory. */
const MOST_BYTES = 512 * 1024 * 1024;

/** Uploaded files by path, in memory. */
export class FileStore {
  readonly #files = new Map<string, StoredFile>();
  #bytes = 0;

  /** The same path overwrites, as at Kie. */
  put(path: string, file: StoredFile): void {
    this.#drop(path);
    this.#files.set(path, file);
    this.#bytes += file.bytes.length;
    for (const oldest of this.#files.keys()) {
      if (this.#bytes <= MOST_BYTES || oldest === path) break;
      this.#drop(oldest);
    }
  }

  /** The file, unless it is older than `ttlMs`. */
  get(path: string, nowMs: number, ttlMs: number): StoredFile | undefined {
    const file = this.#files.get(path);
    return file !== undefined && nowMs - file.uploadedAtMs <= ttlMs ? file : undefined;
  }

  clear(): void {
    this.#files.clear();
    this.#bytes = 0;
  }

  #drop(path: string): void {
    this.#bytes -= this.#files.get(path)?.bytes.length ?? 0;
    this.#files.delete(path);
  }
}

/** The image types that Kie takes, by their first bytes. */
export function imageTypeOf(bytes: Buffer): string | undefined {
  if (bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return 'image/jpeg';
  if (bytes.subarray(0, 8).equals(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'))) return 'image/png';
  const isRiff = bytes.toString('latin1', 0, 4) === 'RIFF';
  if (isRiff && bytes.toString('latin1', 8, 12) === 'WEBP') return 'image/webp';
  return undefined;
}
