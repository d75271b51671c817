import { createHash, randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createOutbound } from '@kieq/outbound';
import { openBlobStore, type BlobStore } from '@kieq/storage';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { listed } from '../../../storage/test/support/listed.ts';
import { awsEnvironment, stubAwsEnvironment } from '../../../storage/test/support/aws-environment.ts';
import { BUCKET, startS3Server } from '../../../storage/test/support/s3-server.ts';
import { video } from '../../../testkit/src/video.ts';
import { createArchive } from '../../src/index.ts';
import { startKillingProxy, type Death } from '../support/killing-proxy.ts';
import { startSave, stepsOf, type SaveOrder } from '../support/run-save.ts';
import { startSource } from '../support/source.ts';
import { folderOfTest } from '../../../storage/test/support/temporary-folder.ts';

/** A process that saves is killed at each of its steps; the next one makes it good. */

const PLACE = { tenant: 'shop', createdAt: Date.UTC(2026, 7, 1), generation: 'gen_0123456789', n: 1 };
const NAME = 'tenant-shop/2026-08-01/gen_0123456789.mp4';
const MIB = 1024 * 1024;
/** So that a folder gets it in several writes, and a bucket in two parts, the first of 8 MiB. */
const FOR_A_FOLDER = video(3 * MIB);
const FOR_A_BUCKET = video(9 * MIB);
const PHASES = ['before', 'after'] as const;
const KILLED = { signal: 'SIGKILL', outcome: '' };

/** @returns whether the file stands under its name; it is whole then */
async function isThere(store: BlobStore, whole: Buffer): Promise<boolean> {
  const files = await listed(store);
  if (files.length === 0) return false;
  expect(files).toMatchObject([{ name: NAME, bytes: whole.length }]);
  return true;
}

const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

async function hashIn(store: BlobStore): Promise<string> {
  const hash = createHash('sha256');
  const stream = await store.read(NAME);
  for await (const chunk of stream ?? []) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}

/** The next try, after a death, by somebody who lives. Where the file is whole already its link may be dead. */
async function makeGood(url: string, store: BlobStore, whole: Buffer): Promise<{ readonly wasThere: boolean }> {
  const sha256 = sha256Of(whole);
  const wasThere = await isThere(store, whole);
  const archive = createArchive({
    store,
    outbound: createOutbound({ allowPrivate: true }),
    maxBytes: 2 * whole.length,
    bytesPerSecond: 0,
    headMs: 10_000,
    stallMs: 10_000,
    totalMs: 60_000,
  });
  const found = await archive.save({ place: PLACE, url: wasThere ? `${url}/dead` : url });
  expect(found).toMatchObject({ kind: 'saved', name: NAME, sha256, wasThere });
  expect(await isThere(store, whole)).toBe(true);
  expect(await hashIn(store)).toBe(sha256);
  await archive.close();
  return { wasThere };
}

const startVideo = (whole: Buffer): ReturnType<typeof startSource> =>
  startSource((response, { url }) => {
    if (url?.endsWith('/dead') === true) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': 'video/mp4', 'content-length': whole.length }).end(whole);
  });

describe('killed at each call of the file system, the file is whole in the end, once', () => {
  // @guarantee G3
  test.each(PHASES)(
    '%s it',
    async (phase) => {
      const { url } = await startVideo(FOR_A_FOLDER);
      const folder = await folderOfTest();
      const orderIn = (name: string): SaveOrder => ({
        location: { kind: 'file', path: join(folder, name) },
        place: PLACE,
        url,
        steps: join(folder, `${name}.steps`),
      });
      const plain = orderIn('plain');
      expect((await startSave(plain).ended).signal).toBeNull();
      // How many writes there are is a matter of timing.
      const steps = (await stepsOf(plain)).filter(({ call, nth }) => call !== 'writev' || nth <= 2);
      for (const call of ['mkdir', 'open', 'writev', 'sync', 'rename']) expect(steps).toContainEqual({ call, nth: 1 });

      const found = await Promise.all(
        [0, 1].map(async (half) => {
          const ends: boolean[] = [];
          for (const step of steps.filter((_, i) => i % 2 === half)) {
            const name = `${step.call}-${step.nth}`;
            const order = orderIn(name);
            const end = await startSave({ ...order, dieAt: { ...step, phase } }).ended;
            expect(end, `${phase} ${name}`).toEqual(KILLED);
            ends.push((await makeGood(url, openBlobStore(order.location), FOR_A_FOLDER)).wasThere);
            // Nothing is left of who died.
            expect(await readdir(join(folder, name))).toEqual(['tenant-shop']);
            await rm(join(folder, name), { recursive: true });
          }
          return ends;
        }),
      );
      // Some died before the file had its name, some behind.
      expect(new Set(found.flat())).toEqual(new Set([false, true]));
    },
    120_000,
  );
});

describe('killed at each request to a bucket, the file is whole in the end, once', () => {
  let s3: Awaited<ReturnType<typeof startS3Server>>;
  beforeAll(async () => {
    s3 = await startS3Server();
    stubAwsEnvironment(s3.url);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await s3.stop();
  });

  // @guarantee G3
  test.each(PHASES)(
    '%s it',
    async (phase) => {
      const { url } = await startVideo(FOR_A_BUCKET);
      const folder = await folderOfTest();
      const orderIn = (prefix: string): SaveOrder => ({
        location: { kind: 's3', bucket: BUCKET, prefix },
        place: PLACE,
        url,
        steps: join(folder, 'steps'),
      });
      const run = async (order: SaveOrder, request: number) => {
        let death: Death | undefined;
        const proxy = await startKillingProxy(s3.url, () => death);
        const child = startSave(order, awsEnvironment(proxy.url));
        death = { request, phase, kill: child.kill };
        const end = await child.ended;
        await proxy.stop();
        return { end, asked: proxy.asked };
      };
      const id = randomBytes(6).toString('hex');
      const { end, asked } = await run(orderIn(`${id}/plain`), 0);
      expect(end.signal).toBeNull();
      expect(asked.filter((one) => one.includes('partNumber'))).toHaveLength(2);

      const ends: boolean[] = [];
      for (let request = 1; request <= asked.length; request += 1) {
        const order = orderIn(`${id}/${request}`);
        expect((await run(order, request)).end).toEqual(KILLED);
        ends.push((await makeGood(url, openBlobStore(order.location), FOR_A_BUCKET)).wasThere);
      }
      // It has its name when the upload is completed, not before.
      expect(ends).toEqual(asked.map((_, i) => phase === 'after' && i === asked.length - 1));
    },
    120_000,
  );
});
