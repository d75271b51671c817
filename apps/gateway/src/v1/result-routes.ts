import type { FastifyInstance } from 'fastify';
import type { GenerationRecord } from '@kieq/ledger';
import { z } from 'zod';
import { ApiError } from '../api-error.ts';
import { answerFile, storeWith } from '../archived-file.ts';
import type { GatewayDeps } from '../deps.ts';
import { route } from '../routes.ts';
import { idParams } from './schemas.ts';
import { visibleRecord } from './visible.ts';

const DESCRIPTION = `The bytes of an archived result, whole or by \`Range\`, or a redirect to a link into the bucket
that is valid for 15 minutes. \`Repr-Digest\` has the SHA-256 that was computed when it was saved.`.replaceAll(
  '\n',
  ' ',
);

const resultParams = idParams.extend({
  n: z.coerce.number().int().min(1).max(1000).describe('Which result, from 1'),
});
const bytes = { 'video/*': { schema: z.string() }, 'image/*': { schema: z.string() } };

/** `GET /v1/generations/:id/results/:n`. */
export function resultRoutes(app: FastifyInstance, deps: GatewayDeps): void {
  route(app, {
    method: 'GET',
    url: '/v1/generations/:id/results/:n',
    schema: {
      summary: 'Fetch an archived result',
      description: DESCRIPTION,
      tags: ['generations'],
      params: resultParams,
      headers: z.object({ range: z.string().optional().describe('`bytes=<first>-<last>`') }),
      response: {
        200: { description: 'The file', content: bytes },
        206: { description: 'Some of its bytes', content: bytes },
        302: z.null().describe('The file is in a bucket, at `Location`'),
        304: z.null().describe('The client has it already'),
      },
    },
    errors: ['not_found', 'gone', 'precondition_failed', 'range_not_satisfiable'],
    async handler({ params: { id, n }, caller, request, reply }) {
      const record = await visibleRecord(deps, caller, id);
      const file = record.archiving?.files[n - 1];
      if (file === undefined) throw new ApiError('not_found', whyNone(record, n));
      return answerFile(await storeWith(deps, file.name), file, request, reply);
    },
  });
}

function whyNone({ state, archiving, purgedAt }: GenerationRecord, n: number): string {
  if (purgedAt !== undefined) return 'the generation was deleted, and its results with it';
  const count = archiving?.files.length ?? 0;
  if (count > 0) return `there is no result ${n}; the generation has ${count}`;
  if (archiving === undefined) return `its results are not archived (it is ${state}); resultUrls are Kie's links`;
  return archiving.state === 'failed' ? 'its results could not be archived' : 'its results are still being archived';
}
