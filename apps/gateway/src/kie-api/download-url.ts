import { basename } from 'node:path';
import type { GenerationRecord } from '@kieq/ledger';
import { createResultLinks } from '@kieq/queue';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { invalid } from '../api-error.ts';
import { mayActFor, type Caller } from '../caller.ts';
import type { GatewayDeps } from '../deps.ts';
import { parseCaller } from '../problems.ts';
import { route } from '../routes.ts';
import { success, successOf } from './schemas.ts';

const URL_LIMIT = 4000;
/** How many of the caller's newest successes are searched for a link of Kie: each is read from Redis. */
const SEARCHED = 300;
const PAGE = 100;
/** The generation in the file name of an archived result, of whatever store. */
const ARCHIVED = /\/(gen_[0-9a-z]{10,64})(?:-\d{1,4})?\.[a-z0-9]{1,8}$/;

const bodySchema = z
  .object({
    url: z
      .string('must be an address')
      .max(URL_LIMIT, `must have at most ${URL_LIMIT} characters`)
      .describe('A result of the caller, from `resultUrls`'),
  })
  .meta({ id: 'KieDownloadUrl', examples: [{ url: 'https://example.com/results/cat.mp4' }] });
const response = successOf('KieDownloadUrlResponse', z.string(), 'https://example.com/results/cat.mp4');

type Links = ReturnType<typeof createResultLinks>;

/** POST /api/v1/common/download-url: a current link to a result of the caller. */
export function downloadUrlRoute(app: FastifyInstance, deps: GatewayDeps): void {
  const links = createResultLinks({ ledger: deps.ledger, store: deps.archive });
  route(app, {
    method: 'POST',
    url: '/api/v1/common/download-url',
    schema: {
      operationId: 'kieGetDownloadUrl',
      summary: 'Get a direct link to a result',
      description: `Takes links into the archive, also expired ones, and links of Kie of the ${SEARCHED} newest successes of the caller.`,
      tags: ['kie'],
      body: bodySchema,
      response: { 200: response },
    },
    handler: async ({ body, caller }) => {
      const { url } = parseCaller(bodySchema, body);
      const link = (await fromArchive(deps, links, caller, url)) ?? (await fromKie(deps, links, caller, url));
      if (link !== undefined) return success(link);
      const rule = 'must be a link to a result of this caller that is still there';
      throw invalid([{ field: 'url', rule, received: JSON.stringify(url).slice(0, 200) }]);
    },
  });
}

/** The link that is current for the result whose file name the given one has. */
async function fromArchive(
  { ledger }: GatewayDeps,
  links: Links,
  caller: Caller,
  url: string,
): Promise<string | undefined> {
  const path = URL.canParse(url) ? new URL(url).pathname : '';
  const id = ARCHIVED.exec(path)?.[1];
  const record = id === undefined ? undefined : await ledger.read.generation(id);
  if (record === undefined || !isSuccess(record, caller)) return undefined;
  const at = record.archiving?.files.findIndex(({ name }) => basename(name) === basename(path)) ?? -1;
  return at < 0 ? undefined : (await links.of(record))[at];
}

/** No index leads from a link of Kie to its generation, and such links are short-lived: the newest are searched. */
async function fromKie(
  { ledger }: GatewayDeps,
  links: Links,
  { tenant }: Caller,
  url: string,
): Promise<string | undefined> {
  const owner = tenant === undefined ? {} : { tenant };
  let cursor: Awaited<ReturnType<typeof ledger.read.list>>['next'];
  for (let left = SEARCHED; left > 0;) {
    const page = await ledger.read.list({
      ...owner,
      state: 'succeeded',
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const record of await ledger.read.generations(page.items.map(({ id }) => id))) {
      const at = record?.verdict?.resultUrls.indexOf(url) ?? -1;
      if (record !== undefined && at >= 0 && record.purgedAt === undefined) return (await links.of(record))[at];
    }
    cursor = page.next;
    if (cursor === undefined) return undefined;
    left -= PAGE;
  }
  return undefined;
}

function isSuccess({ tenant, purgedAt, state }: GenerationRecord, caller: Caller): boolean {
  return mayActFor(caller, tenant) && purgedAt === undefined && state === 'succeeded';
}
