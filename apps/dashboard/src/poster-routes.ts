import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type { FastifyInstance } from 'fastify';
import { MAX_POSTER_BYTES, posterName } from '@kieq/archive';
import type { Ledger } from '@kieq/ledger';
import type { BlobStore } from '@kieq/storage';
import { z } from 'zod';
import { generationParams } from './generation-routes.ts';
import type { PosterList } from './overview/schemas.ts';
import { POSTER } from './paths.ts';

export interface PosterOptions {
  readonly ledger: Ledger;
  /** Where results are kept; undefined where the dashboard does not know. */
  readonly archive: BlobStore | undefined;
}

const posterParams = generationParams.extend({ n: z.coerce.number().int().min(1).max(1000) });

/**
 * The pictures of archived videos, and which results of a generation have one, so that the page shows no broken image.
 * Apart from the generation itself, which must be shown also while the archive does not work.
 */
export function addPosterRoutes(app: FastifyInstance, { ledger, archive }: PosterOptions): void {
  app.get('/api/generations/:id/posters', (request) =>
    listPosters({ ledger, archive }, generationParams.parse(request.params).id),
  );
  app.get(POSTER, async (request, reply) => {
    const { id, n } = posterParams.parse(request.params);
    const video = (await videosOf(ledger, id)).get(n);
    const jpeg = archive === undefined || video === undefined ? undefined : await posterOf(archive, video);
    if (jpeg === undefined)
      return reply.code(404).send({ code: 'no_poster', error: `There is no poster of result ${n} of ${id}.` });
    const etag = `"${createHash('sha256').update(jpeg).digest('base64url')}"`;
    reply.header('etag', etag);
    return request.headers['if-none-match'] === etag ? reply.code(304).send() : reply.type('image/jpeg').send(jpeg);
  });
}

/** The names of the archived videos of a generation, by the number of the result. */
async function videosOf({ read }: Ledger, id: string): Promise<ReadonlyMap<number, string>> {
  const files = (await read.generation(id))?.archiving?.files ?? [];
  const videos = files.map((file, i) => ({ ...file, n: i + 1 })).filter(isVideo);
  return new Map(videos.map(({ n, name }) => [n, name]));
}

function isVideo({ contentType }: { readonly contentType: string }): boolean {
  return contentType.startsWith('video/');
}

async function listPosters({ ledger, archive }: PosterOptions, id: string): Promise<PosterList> {
  const posters: number[] = [];
  if (archive === undefined) return { posters };
  for (const [n, video] of await videosOf(ledger, id)) if (await hasPoster(archive, video)) posters.push(n);
  return { posters };
}

/** Whatever is longer was not made by a worker. */
async function hasPoster(archive: BlobStore, video: string): Promise<boolean> {
  const found = await archive.stat(posterName(video));
  return found !== undefined && found.bytes <= MAX_POSTER_BYTES;
}

async function posterOf(archive: BlobStore, video: string): Promise<Buffer | undefined> {
  if (!(await hasPoster(archive, video))) return undefined;
  const stream = await archive.read(posterName(video));
  return stream === undefined ? undefined : buffer(stream);
}
