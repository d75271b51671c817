import { DEAD_LETTER_CLASSES, GATE_REASONS, GENERATION_STATES } from '@kieq/domain';
import { GATE_MODES } from '@kieq/ledger';
import { QUEUE_NAMES, readStatus, type PoolStatus } from '@kieq/queue';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Caller } from '../caller.ts';
import type { GatewayDeps } from '../deps.ts';
import { route } from '../routes.ts';
import { epochMs, wordForm } from './forms.ts';

const gateForm = z.object({
  reason: wordForm(GATE_REASONS),
  since: epochMs,
  mode: wordForm(GATE_MODES, 'How it opens'),
  detail: z.string().optional(),
  untilAt: epochMs.optional().describe('When it opens by itself'),
  nextAt: epochMs.optional().describe('When it is tried next'),
});
const counts = z.record(z.string(), z.int());
/** One number for each class, and for those that a newer version has written. */
const letterCounts = z.partialRecord(z.union([z.enum(DEAD_LETTER_CLASSES), z.string()]), z.int());

/** The pool at a glance. */
const statusForm = z.object({
  gates: z.array(gateForm).describe('What stops submissions; empty when nothing does'),
  pausedQueues: z.array(z.enum(QUEUE_NAMES)),
  binding: z.string().nullable().describe('What holds submissions back now: a gate, `in-flight`, `window`, or nothing'),
  window: z.object({
    limit: z.int().optional(),
    windowMs: z.int().optional(),
    entries: z.int().describe('Requests that it counts now'),
  }),
  inFlight: z.object({ count: z.int(), max: z.int().optional() }),
  credits: z.object({ balance: z.number() }).nullable().describe('As the workers saw it last; null before'),
  queues: z.record(z.enum(QUEUE_NAMES), counts),
  states: z.record(z.enum(GENERATION_STATES), z.int()).optional().describe('For operators'),
  deadLetters: letterCounts.optional().describe('Open ones, for operators; later versions may tell further classes'),
});
type Status = z.infer<typeof statusForm>;

/** `GET /v1/status`. */
export function statusRoute(app: FastifyInstance, deps: GatewayDeps): void {
  route(app, {
    method: 'GET',
    url: '/v1/status',
    schema: { summary: 'The pool at a glance', tags: ['operations'], response: { 200: statusForm } },
    handler: async ({ caller }) => shown(await readStatus(deps.ledger, deps.queues), caller),
  });
}

/** Counts of generations are over all tenants: a tenant does not see them. */
function shown(status: PoolStatus, { tenant }: Caller): Status {
  const { gates, pausedQueues, binding, window, inFlight, queues, states, deadLetters, stats } = status;
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
    credits: balance === undefined ? null : { balance },
    queues: { ...queues },
    ...(tenant === undefined ? { states: { ...states }, deadLetters: { ...deadLetters } } : {}),
  };
}

function limitsOf(status: PoolStatus): { limit: number | undefined; windowMs: number | undefined } {
  return { limit: settingOf(status, 'submitLimit'), windowMs: settingOf(status, 'submitWindowMs') };
}

/** Undefined before the first worker has stored the pool's settings. */
function settingOf({ settings }: PoolStatus, name: string): number | undefined {
  const text = settings[name];
  return text === undefined ? undefined : Number(text);
}
