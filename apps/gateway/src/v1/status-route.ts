import { DEAD_LETTER_CLASSES, GATE_MODES, GATE_REASONS, GENERATION_STATES } from '@kieq/domain';
import { isOldBalance, QUEUE_NAMES, readStatus, type PoolStatus } from '@kieq/queue';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Caller } from '../caller.ts';
import type { GatewayDeps } from '../deps.ts';
import { route } from '../routes.ts';
import { STATUS } from '../openapi/examples.ts';
import { forEach, wordSchema } from '../word-schema.ts';
import { epochMs } from './schemas.ts';

const gateSchema = z
  .object({
    reason: wordSchema(GATE_REASONS),
    since: epochMs,
    mode: wordSchema(GATE_MODES, 'How the gate opens'),
    detail: z.string().optional(),
    untilAt: epochMs.optional().describe('Time at which the gate opens automatically'),
    nextAt: epochMs.optional().describe('Time of the next attempt to open the gate'),
  })
  .meta({ id: 'Gate' });
const counts = z.record(z.string(), z.int()).meta({ id: 'JobCounts' });
/** One count per class, including classes that a newer version has written. */
const deadLetterCounts = z.partialRecord(z.union([z.enum(DEAD_LETTER_CLASSES), z.string()]), z.int());

/** Workers of a newer version may announce other fields; a field that this version does not understand is null. */
const workerSchema = z
  .object({
    id: z.string(),
    version: z.string().nullable(),
    host: z.string().nullable(),
    since: epochMs.nullable().describe('Start of the worker'),
    lastSeen: epochMs.nullable().describe('Time of its last announcement; a worker announces itself every 10 s'),
    queues: z.record(z.string(), z.number()).nullable().describe('Concurrency of the worker on each queue'),
  })
  .meta({ id: 'Worker' });
const workersSchema = z
  .object({
    running: z
      .int()
      .describe('Number of workers that announce themselves; a killed or frozen worker counts for another 45 s'),
    earlier: z
      .boolean()
      .describe('At least one worker of an earlier version is active. Such workers do not announce themselves'),
    lastSeen: epochMs.nullable().describe('Time of the last announcement of any worker; null if there was none'),
    waiting: z.int().optional().describe('Number of generations that wait for a worker; for operators'),
    list: z.array(workerSchema).optional().describe('Workers that announce themselves, at most 500; for operators'),
  })
  .meta({ id: 'Workers' });

/** State of the pool. */
const statusSchema = z
  .object({
    gates: z.array(gateSchema).describe('Closed gates, which stop submissions'),
    pausedQueues: z.array(z.enum(QUEUE_NAMES)),
    binding: z
      .string()
      .nullable()
      .describe('What limits submissions at the moment: a gate, `no-worker`, `in-flight` or `window`; null if nothing'),
    workers: workersSchema.describe('Workers of the pool'),
    window: z
      .object({
        limit: z.int().optional(),
        windowMs: z.int().optional(),
        entries: z.int().describe('Number of requests in the window'),
      })
      .meta({ id: 'SubmitWindow' }),
    inFlight: z.object({ count: z.int(), max: z.int().optional() }).meta({ id: 'InFlight' }),
    credits: z
      .object({
        balance: z.number(),
        at: epochMs.nullable().describe('Time of the read; null if unknown'),
        old: z.boolean().describe('No worker has read the balance for more than 15 min'),
      })
      .meta({ id: 'Credits' })
      .nullable()
      .describe('Last balance read by a worker; null until the first read'),
    queues: forEach(QUEUE_NAMES, counts).meta({ id: 'QueueCounts' }).describe('Jobs of each queue, by BullMQ state'),
    states: forEach(GENERATION_STATES, z.int())
      .meta({ id: 'StateCounts' })
      .optional()
      .describe('Number of generations in each state, for operators'),
    deadLetters: deadLetterCounts
      .optional()
      .describe('Number of open dead letters per class, for operators. Later versions may add classes'),
  })
  .meta({ id: 'PoolStatus', examples: [STATUS] });
type Status = z.infer<typeof statusSchema>;

/** `GET /v1/status`. */
export function statusRoute(app: FastifyInstance, deps: GatewayDeps): void {
  route(app, {
    method: 'GET',
    url: '/v1/status',
    schema: {
      operationId: 'getPoolStatus',
      summary: 'Read the state of the pool',
      tags: ['operations'],
      response: { 200: statusSchema },
    },
    handler: async ({ caller }) => shown(await readStatus(deps.ledger, deps.queues), caller),
  });
}

/** Hides from a tenant what concerns others: counts over all tenants, and messages about their requests. */
function shown(status: PoolStatus, { tenant }: Caller): Status {
  const { gates, pausedQueues, binding, window, inFlight, queues, states, deadLetters, stats, workers } = status;
  const balance = stats['balance'];
  return {
    gates: gates.map(({ reason, since, mode, detail, untilAt, nextAt }) => ({
      reason,
      since,
      mode,
      // The detail of `refusing` quotes Kie's messages about other tenants' requests.
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

/** Undefined until the first worker stores the pool's settings. */
function settingOf({ settings }: PoolStatus, name: string): number | undefined {
  const text = settings[name];
  return text === undefined ? undefined : Number(text);
}
