import { setTimeout as sleep } from 'node:timers/promises';
import { fastify, type FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import type { Logger } from './logger.ts';

/** One checked item. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** Text for operators; every client that reaches the port can read it, so it contains no secrets. */
  readonly detail?: string;
}

export interface OpsServerOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0 for a free one. */
  readonly port: number;
  readonly registry: Registry;
  /** Checks whether the process is alive and works. */
  readonly health: () => Promise<readonly Check[]>;
  /** Checks whether the process can take work now. */
  readonly ready: () => Promise<readonly Check[]>;
  readonly logger: Logger;
  /** How long the checks may take, in ms. Default 2000. */
  readonly checkTimeoutMs?: number;
}

export interface OpsServer {
  readonly url: string;
  readonly port: number;
  /** Stops listening and closes all connections. */
  close(): Promise<void>;
}

/** Result of a group of checks, as `/healthz` and `/readyz` return it. */
export interface CheckReport {
  readonly status: 'ok' | 'failing';
  readonly checks: readonly Check[];
}

/**
 * Serves `/metrics`, `/healthz` and `/readyz`; the latter two respond with 200, or with 503 when a check fails or takes
 * too long.
 */
export async function startOpsServer(options: OpsServerOptions): Promise<OpsServer> {
  const { host = '127.0.0.1', port } = options;
  const app = fastify({ logger: false, forceCloseConnections: true });
  route(app, options);
  const url = await app.listen({ host, port });
  return { url, port: Number(new URL(url).port), close: () => app.close() };
}

function route(
  app: FastifyInstance,
  { registry, health, ready, logger, checkTimeoutMs = 2_000 }: OpsServerOptions,
): void {
  app.get('/metrics', async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()));
  for (const [name, checks] of [
    ['healthz', health],
    ['readyz', ready],
  ] as const) {
    app.get(`/${name}`, async (_request, reply) => {
      const report = await runChecks(name, checks, checkTimeoutMs, logger);
      return reply.code(report.status === 'ok' ? 200 : 503).send(report);
    });
  }
}

/** Runs a group of checks within a time limit; an exception is a failed check whose reason appears only in the log. */
export async function runChecks(
  name: string,
  checks: () => Promise<readonly Check[]>,
  timeoutMs: number,
  logger: Logger,
): Promise<CheckReport> {
  const done = new AbortController();
  const late = sleep(timeoutMs, [{ name, ok: false, detail: `no result within ${timeoutMs} ms` }], {
    signal: done.signal,
  });
  const failed = (error: unknown): Check[] => {
    logger.error({ err: error, check: name }, 'a health check threw an error');
    return [{ name, ok: false, detail: 'the check threw an error; see the log' }];
  };
  try {
    const results = await Promise.race([attempt(checks).catch(failed), late]);
    return { status: results.every(({ ok }) => ok) ? 'ok' : 'failing', checks: results };
  } finally {
    late.catch(() => undefined);
    done.abort();
  }
}

async function attempt(checks: () => Promise<readonly Check[]>): Promise<readonly Check[]> {
  return checks();
}
