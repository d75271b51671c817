import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Control } from '../control.ts';
import { faultRulesSchema } from '../faults.ts';
import { SimulatorError } from '../invalid.ts';
import type { Counts } from '../ledger.ts';
import { priceSchema } from '../options.ts';
import { parseJson } from '../request.ts';

const rules = z.strictObject({ faults: faultRulesSchema });
const filter = z.strictObject({ prompt: z.string().optional() });
const finish = z.strictObject({
  taskId: z.string().optional(),
  prompt: z.string().optional(),
  failure: z.strictObject({ failCode: z.string(), failMsg: z.string() }).optional(),
});
const topUp = z.strictObject({ credits: z.number().min(0) });
const price = z.strictObject({ model: z.string().min(1), price: priceSchema.nullable() });
const since = z.object({ since: z.coerce.number().int().min(0).default(0) });

const COUNTS = [
  'submissions',
  'created',
  'refused',
  'delivered',
  'lost',
  'succeeded',
  'failed',
  'queries',
  'callbacks',
  'held',
] as const satisfies readonly (keyof Counts)[];
const atLeast = z.coerce.number().int().min(0).optional();
const waitQuery = z.object({
  timeoutMs: z.coerce.number().min(0).max(600_000).default(10_000),
  ...Object.fromEntries(COUNTS.map((name) => [name, atLeast])),
});

/** Remote control for tests in other processes. Only with `control: true`, which allows loopback addresses only. */
export function controlRoutes(app: FastifyInstance, control: Control): void {
  const post = (path: string, act: (body: unknown) => unknown): void => {
    app.post(`/__sim/${path}`, async (request, reply) => guarded(reply, () => act(parseJson(request.body) ?? {})));
  };
  post('faults', (body) => {
    control.script(rules.parse(Array.isArray(body) ? { faults: body } : body).faults);
    return { ok: true };
  });
  app.delete('/__sim/faults', async (_request, reply) =>
    guarded(reply, () => {
      control.clearFaults();
      return { ok: true };
    }),
  );
  post('configure', (body) => {
    control.configure(z.record(z.string(), z.unknown()).parse(body));
    return { ok: true };
  });
  post('top-up', (body) => ({ balance: control.topUp(topUp.parse(body).credits) }));
  post('price', (body) => {
    const { model, price: given } = price.parse(body);
    control.setPrice(model, given);
    return { ok: true };
  });
  post('release', (body) => ({ released: control.release(filter.parse(body)) }));
  post('finish', (body) => {
    const { failure, ...which } = finish.parse(body);
    return { finished: control.finish(which, failure) };
  });
  post('reset', () => {
    control.reset();
    return { ok: true };
  });
  app.get('/__sim/summary', async () => control.summary());
  app.get('/__sim/ledger', async (request, reply) =>
    guarded(reply, () => ledgerOf(control, since.parse(request.query).since)),
  );
  app.get('/__sim/wait', async (request, reply) => guarded(reply, async () => wait(control, request.query)));
}

/** `since`: leaves out that many submissions, and the tasks and charges before them. */
function ledgerOf({ ledger }: Control, skipped: number): unknown {
  return {
    balance: ledger.balance,
    submissions: ledger.submissions().slice(skipped),
    tasks: ledger.tasks().filter((task) => task.submission > skipped),
    chargesByPrompt: Object.fromEntries(ledger.chargesByPrompt()),
    callbacks: ledger.callbacks(),
  };
}

async function wait(control: Control, query: unknown): Promise<unknown> {
  const { timeoutMs, ...wanted } = waitQuery.parse(query);
  const goals = new Map(Object.entries(wanted));
  const isReached = (counts: Readonly<Counts>): boolean =>
    COUNTS.every((name) => counts[name] >= Number(goals.get(name) ?? 0));
  const reached = await control.waitUntil(isReached, timeoutMs).then(
    () => true,
    () => false,
  );
  return { reached, counts: control.ledger.counts };
}

async function guarded(reply: FastifyReply, act: () => unknown): Promise<unknown> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof SimulatorError) return reply.code(400).send({ error: error.message });
    if (!(error instanceof z.ZodError)) throw error;
    return reply.code(400).send({ error: z.prettifyError(error) });
  }
}
