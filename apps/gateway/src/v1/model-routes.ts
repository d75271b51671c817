import { quantile } from '@kieq/domain';
import { exampleInput, inputSchema, modelOf, MODELS, nearestModel, SOURCES, type KieModel } from '@kieq/models';
import { liveFactsOf } from '@kieq/queue';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { ApiError } from '../api-error.ts';
import type { Caller } from '../caller.ts';
import type { GatewayDeps } from '../deps.ts';
import { route } from '../routes.ts';
import { modelDetailsSchema, modelListSchema, type Model, type ModelDetails } from './model-schemas.ts';

const byName = z.strictObject({ id: z.string().max(200).describe('Name of the model, with `/` written as `%2F`') });
const byParts = z.strictObject({
  id: z.string().max(100).describe('Part of the name before `/`'),
  name: z.string().max(100).describe('Part of the name after `/`'),
});

/** `GET /v1/models` and `GET /v1/models/:id`: the catalogue of models, and what this pool has measured. */
export function modelRoutes(app: FastifyInstance, deps: GatewayDeps): void {
  route(app, {
    method: 'GET',
    url: '/v1/models',
    schema: {
      operationId: 'listModels',
      summary: 'List the models that the catalogue knows',
      description:
        'Facts from public sources, which can be old or wrong. Models that the catalogue does not have work as well.',
      tags: ['models'],
      response: { 200: modelListSchema },
    },
    handler: () => ({ items: MODELS.map(summaryOf) }),
  });
  const details = { tags: ['models'], response: { 200: modelDetailsSchema } };
  route(app, {
    method: 'GET',
    url: '/v1/models/:id',
    schema: {
      operationId: 'getModel',
      summary: 'Read a model: input, prices, what this pool has measured',
      params: byName,
      ...details,
    },
    errors: ['not_found'],
    handler: ({ params, caller }) => detailsOf(deps, caller, params.id),
  });
  route(app, {
    method: 'GET',
    url: '/v1/models/:id/:name',
    schema: {
      operationId: 'getModelByParts',
      summary: 'Read a model by the parts of its name',
      params: byParts,
      ...details,
    },
    errors: ['not_found'],
    handler: ({ params, caller }) => detailsOf(deps, caller, `${params.id}/${params.name}`),
  });
}

function summaryOf(model: KieModel): Model {
  const { id, family, kind, status, images, sound, duration, resolution, strict = false } = model;
  const { field, options, min, max, default: usual, fixedSeconds, followsInput } = duration;
  return {
    id,
    family,
    kind,
    status,
    images: images.map((image) => ({ ...image })),
    sound: { ...sound },
    duration: {
      field,
      options: options === undefined ? undefined : [...options],
      min,
      max,
      default: usual,
      fixedSeconds,
      followsInput,
    },
    ...(resolution === undefined ? {} : { resolution: { ...resolution, options: [...resolution.options] } }),
    strict,
  };
}

/** @throws ApiError `not_found` */
async function detailsOf({ ledger }: GatewayDeps, { tenant }: Caller, id: string): Promise<ModelDetails> {
  const model = modelOf(id);
  if (model === undefined) throw unknownModel(id);
  return {
    ...summaryOf(model),
    inputSchema: { ...inputSchema(model) },
    example: { ...exampleInput(model) },
    prices: model.prices.map(({ unit, source, date, variants, note }) => ({
      unit,
      source,
      date,
      variants: variants.map(({ when, credits }) => ({ when: { ...when }, credits })),
      ...(note === undefined ? {} : { note }),
    })),
    ...shownTo(tenant, { completion: await completionOf(ledger, id), ...(await lessonsOf(ledger, id)) }),
    live: await liveOf(ledger, id),
    notes: [...(model.notes ?? [])],
    sources: sourcesOf(model),
  };
}

type Seen = Pick<ModelDetails, 'completion' | 'learned' | 'outcomes'>;

/** A tenant does not learn how many generations others make: it sees times, prices and the rate, and no counts. */
function shownTo(tenant: string | undefined, seen: Seen): Seen {
  if (tenant === undefined) return seen;
  const { completion, learned, outcomes } = seen;
  return {
    completion: completion.map(({ count: _count, ...times }) => times),
    learned: learned.map(({ count: _count, ...price }) => price),
    outcomes: outcomes === null ? null : { successRate: outcomes.successRate },
  };
}

function unknownModel(id: string): ApiError {
  const near = nearestModel(id);
  const hint = near === undefined ? '' : `; did you mean ${near}?`;
  return new ApiError('not_found', `The catalogue has no such model${hint} A request may use it nevertheless.`);
}

/** Kinds of the model of which this pool has seen verdicts. */
async function completionOf({ read }: GatewayDeps['ledger'], id: string) {
  const { versions } = await read.learnedKinds();
  const kinds = [...versions.keys()].filter((kind) => kind === id || kind.startsWith(`${id}|`)).toSorted();
  const times = await read.durations(kinds);
  return kinds.flatMap((kind, i) => {
    const sample = times[i] ?? [];
    const [medianMs, p90Ms] = [quantile(sample, 0.5), quantile(sample, 0.9)];
    return medianMs === null || p90Ms === null ? [] : [{ kind, count: sample.length, medianMs, p90Ms }];
  });
}

/** What verdicts of this pool have shown about the model. */
async function lessonsOf(
  { read }: GatewayDeps['ledger'],
  id: string,
): Promise<Pick<ModelDetails, 'learned' | 'outcomes'>> {
  const { prices, models } = await read.verdictLessons();
  const own = [...prices].filter(([kind]) => kind === id || kind.startsWith(`${id}|`)).toSorted(byKind);
  const learned = own.map(([kind, { at, since, ...price }]) => ({
    kind,
    ...price,
    date: dayOf(at),
    since: dayOf(since),
  }));
  return { learned, outcomes: outcomesOf(models.get(id)) };
}

async function liveOf(ledger: GatewayDeps['ledger'], id: string): Promise<ModelDetails['live']> {
  const found = await liveFactsOf(ledger, id);
  if (found === undefined) return null;
  const { at, differences, ...said } = found;
  return { date: dayOf(at), differences: [...differences], ...said };
}

function outcomesOf(seen: { readonly successes: number; readonly failures: number } | undefined) {
  if (seen === undefined || seen.successes + seen.failures === 0) return null;
  const { successes, failures } = seen;
  const successRate = Math.round((successes / (successes + failures)) * 1000) / 1000;
  return { successes, failures, successRate };
}

function byKind([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function sourcesOf({ source, prices }: KieModel): ModelDetails['sources'] {
  const used = new Set([source, ...prices.map((row) => row.source)]);
  return Object.fromEntries([...used].map((id) => [id, { ...SOURCES[id] }]));
}
