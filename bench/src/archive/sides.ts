import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createArchive } from '@kieq/archive';
import { createOutbound } from '@kieq/outbound';
import { openBlobStore } from '@kieq/storage';

export const SIDES = ['archive', 'bare', 'hashed'] as const;
export type SideName = (typeof SIDES)[number];

const HOUR_MS = 3_600_000;
const MAX_BYTES = 4 * 1024 ** 3;

/** One way to copy streams into a folder. */
export interface Side {
  readonly copy: (url: string, n: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

export function copyInto(folder: string, side: SideName): Side {
  if (side === 'archive') return saving(folder);
  return { copy: (url, n) => copyBare(url, join(folder, `${n}.mp4`), side === 'hashed'), close: async () => undefined };
}

function saving(path: string): Side {
  const archive = createArchive({
    store: openBlobStore({ kind: 'file', path }),
    outbound: createOutbound({ allowPrivate: true }),
    maxBytes: MAX_BYTES,
    bytesPerSecond: 0,
    headMs: HOUR_MS,
    stallMs: HOUR_MS,
    totalMs: HOUR_MS,
  });
  return {
    async copy(url, n) {
      const place = { tenant: 'bench', createdAt: 0, generation: `gen_${String(n).padStart(10, '0')}`, n: 1 };
      const found = await archive.save({ place, url });
      if (found.kind !== 'saved') throw new Error(found.evidence.summary);
    },
    close: () => archive.close(),
  };
}

/** Without any check; but as safe on the disk. */
async function copyBare(url: string, path: string, isHashed: boolean): Promise<void> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => get(url, resolve).on('error', reject));
  const file = createWriteStream(`${path}~`, { flush: true });
  await (isHashed ? pipeline(response, hashing(), file) : pipeline(response, file));
  await rename(`${path}~`, path);
  const folder = await open(join(path, '..'), 'r');
  await folder.sync();
  await folder.close();
}

function hashing(): Transform {
  const hash = createHash('sha256');
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
    flush(done) {
      hash.digest();
      done();
    },
  });
}
