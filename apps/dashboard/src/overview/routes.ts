import type { FastifyInstance } from 'fastify';
import { cached } from '@kieq/queue';
import { you } from '../you.ts';
import type { OverviewAnswer } from './schemas.ts';
import { readOverview, type OverviewSource } from './overview.ts';

/** The page asks every two seconds. */
const MAX_AGE_MS = 1000;

/** `GET /api/overview`. */
export function addOverviewRoutes(app: FastifyInstance, options: OverviewSource & { readonly adopter: unknown }): void {
  // What the page costs Redis does not depend on its viewers.
  const read = cached(() => readOverview(options), MAX_AGE_MS);
  app.get('/api/overview', async ({ session }): Promise<OverviewAnswer> => ({
    ...(await read()),
    you: you(session, options.adopter),
  }));
}
