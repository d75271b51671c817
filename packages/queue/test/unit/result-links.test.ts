import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ArchiveStatus, GenerationRecord, LinkBasis } from '@kieq/ledger';
import { openBlobStore, StorageError, type BlobStore } from '@kieq/storage';
import { expect, test } from 'vitest';
import { createResultLinks } from '../../src/archive/result-links.ts';
import { recordOf } from '../record.ts';

const ID = 'gen_0123456789';
const STORE = 'store_0123456789abcdef0123456789abcdef';
const OTHER = 'store_ffffffffffffffffffffffffffffffff';
const KIE = ['https://kie.example/1.mp4', 'https://kie.example/2.mp4'];
const BASIS: LinkBasis = {
  nowMs: Date.parse('2026-11-30T10:20:00Z'),
  key: 'the-key-of-this-pool-0123456789',
  publicUrl: 'https://kieq.example.com',
  readers: new Set([STORE]),
  wantsKie: false,
};
const folder = openBlobStore({ kind: 'file', path: join(tmpdir(), 'kieq-nothing-is-here') });

const fileOf = (name: string) => ({
  name: `tenant-a/2026-11-30/${name}`,
  contentType: 'video/mp4',
  bytes: 1,
  sha256: '',
});

const DONE: ArchiveStatus = {
  state: 'done',
  nextAt: 0,
  dueBy: 0,
  tries: 0,
  files: [fileOf(`${ID}.mp4`)],
  store: STORE,
};

/** A generation with two results, of which the first one is archived. */
function generation(archiving: ArchiveStatus = DONE): GenerationRecord {
  return recordOf(ID, { state: 'succeeded', verdict: { state: 'success', resultUrls: [...KIE] }, archiving });
}

/** @returns the links, and how often the pool was asked */
async function linksOf(
  record: GenerationRecord,
  basis: Partial<LinkBasis> = {},
  store: BlobStore | undefined = folder,
) {
  let asked = 0;
  const archiveLinks = {
    basis: async () => {
      asked += 1;
      return { ...BASIS, ...basis };
    },
    ensureKey: async () => 'a-key-that-was-made-just-now-01',
    usePublicUrl: () => Promise.reject(new Error('not asked for')),
    keepPublicUrl: () => Promise.reject(new Error('not asked for')),
    announceReader: () => Promise.reject(new Error('not asked for')),
  };
  return { links: await createResultLinks({ ledger: { archiveLinks }, store, storeWaitMs: 50 }).of(record), asked };
}

const ours = expect.stringMatching(
  /^https:\/\/kieq\.example\.com\/results\/gen_0123456789\.mp4\?expires=1796122800&signature=[\w-]{43}$/,
);

test('each file for itself: what is archived by our link, what is not by that of Kie', async () => {
  expect((await linksOf(generation())).links).toEqual([ours, KIE[1]]);
  const both = [fileOf(`${ID}.mp4`), fileOf(`${ID}-2.webm`)];
  expect((await linksOf(generation({ ...DONE, files: both }))).links).toEqual([
    ours,
    expect.stringContaining('/results/gen_0123456789-2.webm?expires='),
  ]);
});

test('neither Redis nor a store is read if nothing is archived', async () => {
  expect(await linksOf(generation({ ...DONE, files: [] }))).toEqual({ links: KIE, asked: 0 });
});

test.each<[string, Partial<LinkBasis>]>([
  ['the pool wants it', { wantsKie: true }],
  ['no worker has a PUBLIC_URL', { publicUrl: undefined }],
  ['no gateway reads the archive', { readers: new Set() }],
  ['gateways read another archive', { readers: new Set([OTHER]) }],
])("it is Kie's link where %s", async (_why, basis) => {
  expect((await linksOf(generation(), basis)).links).toEqual(KIE);
});

test('a pool without a key gets one', async () => {
  expect((await linksOf(generation(), { key: undefined })).links).toEqual([ours, KIE[1]]);
});

test('what an earlier version archived is where gateways read, as long as that is one store', async () => {
  const { store: _store, ...archiving } = DONE;
  const record = generation(archiving);
  expect((await linksOf(record)).links).toEqual([ours, KIE[1]]);
  expect((await linksOf(record, { readers: new Set([STORE, OTHER]) })).links).toEqual(KIE);
});

/** A bucket with an id. */
function bucket(id: string | undefined, link: BlobStore['link']): BlobStore {
  const small = {
    ...folder.small,
    get: async () => (id === undefined ? undefined : Buffer.from(`${id}\n`)),
  };
  return { ...folder, hasLinks: true, small, link };
}

test('a bucket signs its own links, as of the beginning of the hour, and needs no gateway', async () => {
  const link: BlobStore['link'] = async (name, options) => `https://s3.example/${name}?${JSON.stringify(options)}`;
  const none = { readers: new Set<string>(), publicUrl: undefined };
  const { links } = await linksOf(generation(), none, bucket(STORE, link));
  const [url = '', options = ''] = links[0]?.split('?') ?? [];
  expect(url).toBe(`https://s3.example/tenant-a/2026-11-30/${ID}.mp4`);
  expect(JSON.parse(options)).toEqual({
    validMs: 25 * 3_600_000,
    signedAt: Date.parse('2026-11-30T10:00:00Z'),
    contentType: 'video/mp4',
    disposition: `inline; filename="${ID}.mp4"`,
  });
});

test.each<[string, BlobStore]>([
  ['of another store', bucket(OTHER, async () => 'https://s3.example/elsewhere')],
  ['without an id', bucket(undefined, async () => 'https://s3.example/elsewhere')],
  ['that does not work', bucket(STORE, () => Promise.reject(new StorageError('no credentials')))],
  ['that does not answer', bucket(STORE, () => new Promise(() => undefined))],
])('a bucket %s gives no link; the gateway does', async (_what, store) => {
  expect((await linksOf(generation(), {}, store)).links).toEqual([ours, KIE[1]]);
});
