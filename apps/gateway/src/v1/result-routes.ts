import type { FastifyInstance } from 'fastify';
import type { GenerationRecord } from '@kieq/ledger';
import { z } from 'zod';
import { ApiError } from '../api-error.ts';
import { answerFile, storeWith } from '../archived-file.ts';
import type { GatewayDeps } from '../deps.ts';
import { fileSchema } from '../error-responses.ts';
import { route } from '../routes.ts';
import { idParams } from './schemas.ts';
import { visibleRecord } from './visible.ts';

const DESCRIPTION = `Returns the archived file, whole or by \`Range\`, or redirects to a link into the bucket that is
valid for 15 minutes. \`Repr-Digest\` is the SHA-256 computed when the file was saved.`.replaceAll('\n', ' ');

const resultParams = idParams.extend({
  n: z.coerce.number().int().min(1).max(1000).describe('Number of the result, from 1'),
});
const bytes = { 'video/*': { schema: fileSchema }, 'image/*': { schema: fileSchema } };

/** `GET /v1/generations/:id/results/:n`. */
export function resultRoutes(app: FastifyInstance, deps: GatewayDeps): void {
  route(app, {
    method: 'GET',
    url: '/v1/generations/:id/results/:n',
    schema: {
      operationId: 'getGenerationResult',
      summary: 'Fetch an archived result',
      description: DESCRIPTION,
      tags: ['generations'],
      params: resultParams,
      headers: z.object({ range: z.string().optional().describe('`bytes=<first>-<last>`') }),
      response: {
        200: { description: 'The file', content: bytes },
        206: { description: 'The requested range of the file', content: bytes },
        302: z.null().describe('The file is in a bucket; `Location` is a link to it'),
        304: z.null().describe('The copy of the client is current'),
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
  if (purgedAt !== undefined) return 'The generation and its results were purged.';
  const count = archiving?.files.length ?? 0;
  if (count > 0) return `Result ${n} does not exist; the generation has ${count}.`;
  if (archiving === undefined)
    return `The results are not archived (the generation is ${state}). Use the links of Kie in resultUrls.`;
  return archiving.state === 'failed'
    ? 'The results could not be archived. Use the links of Kie in kieUrls while they are valid.'
    : 'The results are still being archived. Try again later.';
}
