import { DEAD_LETTER_CLASSES, GATE_MODES, GATE_REASONS, GENERATION_STATES } from '@kieq/domain';
import { isOldBalance, QUEUE_NAMES, readStatus, type PoolStatus } from '@kieq/queue';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Caller } from '../caller.ts';
import type { GatewayDeps } from '../deps.ts';
import { route } from '../routes.ts';
import { epochMs, wordSchema } from './schemas.ts';

const gateSchema = z.object({
  reason: wordSchema(GATE_REASONS),
  since: epochMs,
  mode: wordSchema(GATE_MODES, 'How it opens'),
  detail: z.string().optional(),
  untilAt: epochMs.optional().describe('When it opens by itself'),
  nextAt: epochMs.optional().describe('When it is tried next'),
});
const counts = z.record(z.string(), z.int());
/** One number for each class, and for those that a newer version has written. */
const deadLetterCounts = z.partialRecord(z.union([z.enum(DEAD_LETTER_CLASSES), z.string()]), z.int());

/** Workers of a newer version may tell otherwise of themselves; what is not understood is null. */
const workerSchema = z.object({
  id: z.string(),
  version: z.string().nullable(),
  host: z.string().nullable(),
  since: epochMs.nullable().describe('Since when it runs'),
  lastSeen: epochMs.nullable().describe('Its last announcement; one comes every 10 s'),
  queues: z.record(z.string(), z.number()).nullable().describe('What it works on, and how much of it at once'),
});
const workersSchema = z.object({
  running: z.int().describe('Those that announce themselves; one that was killed or is frozen counts for 45 s more'),
  earlier: z
    .boolean()
    .describe('Workers of an earlier version are active, at least one: they do not announce themselves'),
  lastSeen: epochMs.nullable().describe('When one that announces itself was there last; null: never'),
  waiting: z.int().optional().describe('Generations that go no further without a worker, for operators'),
  list: z.array(workerSchema).optional().describe('Each one that announces itself, at most 500; for operators'),
});

/** The pool at a glance. */
const statusSchema = z.object({
  gates: z.array(gateSchema).describe('What stops submissions; empty when nothing does'),
  pausedQueues: z.array(z.enum(QUEUE_NAMES)),
  binding: z
    .string()
    .nullable()
    .describe('What holds submissions back now: a gate, `no-worker`, `in-flight`, `window`, or nothing'),
  workers: workersSchema.describe('Who works on the pool'),
  window: z.object({
    limit: z.int().optional(),
    windowMs: z.int().optional(),
    entries: z.int().describe('Requests that it counts now'),
  }),
  inFlight: z.object({ count: z.int(), max: z.int().optional() }),
  credits: z
    .object({
      balance: z.number(),
      at: epochMs.nullable().describe('When Kie told it'),
      old: z.boolean().describe('Nobody has asked for more than 15 min: it is no present one'),
    })
    .nullable()
    .describe('As the workers saw it last; null before'),
  queues: z.record(z.enum(QUEUE_NAMES), counts),
  states: z.record(z.enum(GENERATION_STATES), z.int()).optional().describe('For operators'),
  deadLetters: deadLetterCounts
    .optional()
    .describe('Open ones, for operators; later versions may tell further classes'),
});
type Status = z.infer<typeof statusSchema>;

/** `GET /v1/status`. */
export function statusRoute(app: FastifyInstance, deps: GatewayDeps): void {
  route(app, {
    method: 'GET',
    url: '/v1/status',
    schema: { summary: 'The pool at a glance', tags: ['operations'], response: { 200: statusSchema } },
    handler: async ({ caller }) => shown(await readStatus(deps.ledger, deps.queues), caller),
  });
}

/** Counts of generations are over all tenants: a tenant does not see them. */
function shown(status: PoolStatus, { tenant }: Caller): Status {
  const { gates, pausedQueues, binding, window, inFlight, queues, states, deadLetters, stats, workers } = status;
  const balance = stats['balance'];
  return {
    gates: gates.map(({ reason, since, mode, detail, untilAt, nextAt }) => ({
      reason,
      since,
      mode,
      // Kie's words about other tenants' requests.
      detail: reason === 'refusing' && tenant !== undefined ? undefined : detail,
      untilAt,
      nextAt,
    })),
    pausedQueues: [...pausedQueues],
    binding,
    window: { ...limitsOf(status), entries: window.entries },
    inFlight: { count: inFlight, max: settingOf(status, 'maxInFlight') },
    workers: shownWorkers(status, tenant === undefined),
    credits:
      balance === undefined
        ? null
        : { balance, at: stats['balanceAt'] ?? null, old: isOldBalance(stats, workers.atMs) },
    queues: { ...queues },
    ...(tenant === undefined ? { states: { ...states }, deadLetters: { ...deadLetters } } : {}),
  };
}

function shownWorkers({ workers, waiting }: PoolStatus, isOperator: boolean): Status['workers'] {
  const { announced, hasEarlier, lastSeenMs } = workers;
  const shared = { running: announced.length, earlier: hasEarlier, lastSeen: lastSeenMs };
  if (!isOperator) return shared;
  const list = announced.map(({ id, version, host, sinceMs, seenMs, queues }) => ({
    id,
    version,
    host,
    since: sinceMs,
    lastSeen: seenMs,
    queues: queues === null ? null : { ...queues },
  }));
  return { ...shared, waiting, list };
}

function limitsOf(status: PoolStatus): { limit: number | undefined; windowMs: number | undefined } {
  return { limit: settingOf(status, 'submitLimit'), windowMs: settingOf(status, 'submitWindowMs') };
}

/** Undefined before the first worker has stored the pool's settings. */
function settingOf({ settings }: PoolStatus, name: string): number | undefined {
  const text = settings[name];
  return text === undefined ? undefined : Number(text);
}
