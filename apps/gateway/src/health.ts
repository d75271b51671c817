import type { FastifyInstance } from 'fastify';
import { runChecks, type Check, type CheckReport } from '@kieq/telemetry';
import { z } from 'zod';
import { ApiError } from './api-error.ts';
import type { GatewayDeps } from './deps.ts';
import { json } from './error-responses.ts';
import { documented, route } from './routes.ts';

const CHECK_TIMEOUT_MS = 2_000;
const TAGS = ['operations'];

const checkSchema = z
  .object({ name: z.string(), ok: z.boolean(), detail: z.string().exactOptional() })
  .meta({ id: 'HealthCheck' });
const report = z
  .object({
    status: z.enum(['ok', 'failing']),
    checks: z.array(checkSchema),
  })
  .meta({
    id: 'HealthReport',
    examples: [{ status: 'ok', checks: [{ name: 'redis', ok: true }] }],
  }) satisfies z.ZodType<CheckReport>;

/** `/healthz`: the process is alive. `/readyz`: it can serve requests. Both are open. `/metrics` is for operators. */
export function healthRoutes(app: FastifyInstance, deps: GatewayDeps): void {
  openCheck(app, deps, 'healthz', 'getHealth', 'Check that the process is alive', () =>
    Promise.resolve([{ name: 'process', ok: true }]),
  );
  openCheck(app, deps, 'readyz', 'getReadiness', 'Check that the gateway can serve requests', async () => [
    { name: 'accepting requests', ok: !deps.stopping.aborted },
    await redisCheck(deps),
  ]);
  route(app, {
    method: 'GET',
    url: '/metrics',
    schema: {
      operationId: 'getMetrics',
      summary: 'Read the metrics of this process, for Prometheus; operators only',
      tags: TAGS,
      response: { 200: { description: 'Metrics', content: { 'text/plain': { schema: z.string() } } } },
    },
    handler: async ({ caller, reply }) => {
      if (caller.tenant !== undefined)
        throw new ApiError('forbidden', 'Only operators may read the metrics. Use a key of tenant *.');
      const { registry } = deps.metrics;
      return reply.type(registry.contentType).send(await registry.metrics());
    },
  });
}

function openCheck(
  app: FastifyInstance,
  { logger }: GatewayDeps,
  name: string,
  operationId: string,
  summary: string,
  checks: () => Promise<readonly Check[]>,
): void {
  const response = { 200: json('Every check passed', report), 503: json('A check failed or timed out', report) };
  const schema = documented(`/${name}`, { operationId, summary, tags: TAGS, response });
  app.get(`/${name}`, { config: { open: true }, schema }, async (_request, reply) => {
    const result = await runChecks(name, checks, CHECK_TIMEOUT_MS, logger);
    return reply.code(result.status === 'ok' ? 200 : 503).send(result);
  });
}

/** Does not throw: `runChecks` would log an unavailable Redis as a defect. */
async function redisCheck({ redis }: GatewayDeps): Promise<Check> {
  const answer = await redis.ping().catch(() => 'away');
  return { name: 'redis', ok: answer === 'PONG' };
}
