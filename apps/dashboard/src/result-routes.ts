import { basename, dirname } from 'node:path';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ArchivedFile, Ledger } from '@kieq/ledger';
import { dispositionOf } from '@kieq/queue';
import { StorageError, type BlobStore } from '@kieq/storage';
import { z } from 'zod';
import { generationParams } from './generation-routes.ts';
import { RESULT } from './paths.ts';
import type { ResultSource } from './shown-results.ts';

const resultParams = generationParams.extend({ n: z.coerce.number().int().min(1).max(1000) });
/** A link into a bucket is followed at once. */
const LINK_VALID_MS = 900_000;

/**
 * An archived result for the player: from the dashboard's own archive, or by the link that callers get. Kie's
 * link is for the page itself, which tries it next.
 */
export function addResultRoutes(app: FastifyInstance, options: ResultSource & { readonly ledger: Ledger }): void {
  const { ledger, archive, links } = options;
  app.get(RESULT, async (request, reply) => {
    const { id, n } = resultParams.parse(request.params);
    const record = await ledger.read.generation(id);
    const file = record?.archiving?.files[n - 1];
    if (record === undefined || file === undefined)
      return reply.code(404).send({ code: 'not_archived', error: `Result ${n} of ${id} is not archived.` });
    if (archive !== undefined && (await isThere(archive, file.name))) return answer(archive, file, reply);
    const link = (await links.of(record))[n - 1];
    // A bucket that has not got it would say so at the end of such a link as well.
    if (archive?.hasLinks !== true && link !== undefined && link !== record.verdict?.resultUrls[n - 1])
      return reply.redirect(link, 302);
    return reply.code(410).send({ code: 'gone', error: `${file.name} is not in the archive any more.` });
  });
}

/** An archive that does not work has nothing to show; Kie's link may. */
async function isThere(archive: BlobStore, name: string): Promise<boolean> {
  try {
    return (await archive.stat(name)) !== undefined;
  } catch (error) {
    if (error instanceof StorageError) return false;
    throw error;
  }
}

async function answer(archive: BlobStore, { name, contentType }: ArchivedFile, reply: FastifyReply) {
  const disposition = dispositionOf(name);
  const link = await archive.link(name, { validMs: LINK_VALID_MS, contentType, disposition });
  if (link !== undefined) return reply.redirect(link, 302);
  const path = archive.pathOf(name) ?? '';
  reply.header('content-disposition', disposition).type(contentType);
  return reply.sendFile(basename(path), dirname(path), { cacheControl: false, contentType: false });
}
