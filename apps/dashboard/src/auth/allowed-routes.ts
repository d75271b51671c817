import { BOARD } from '../paths.ts';

/** Methods that change nothing. */
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The routes of Bull Board that may change something, as it names them. Logs, and all that only shows, are GET. */
const BOARD_ROUTES = [
  'PUT /api/queues/:queueName/:jobId/retry',
  'PUT /api/queues/:queueName/retry/:queueStatus',
  'PUT /api/queues/:queueName/:jobId/promote',
  'PUT /api/queues/:queueName/promote',
  'PUT /api/queues/:queueName/pause',
  'PUT /api/queues/:queueName/resume',
  'PUT /api/queues/pause',
  'PUT /api/queues/resume',
] as const;

/** What the pages of our own may do. */
const OWN_ROUTES = [
  'POST /api/generations/:id/redrive',
  'POST /api/generations/:id/adopt',
  'POST /api/generations/:id/cancel',
  'POST /api/dead-letters/:class/redrive',
  'POST /api/gates/:reason/close',
  'POST /api/gates/:reason/open',
] as const;

/** Every route that may change something; for operators only. */
export const ALLOWED_ROUTES: ReadonlySet<string> = new Set([
  ...BOARD_ROUTES.map((route) => route.replace(' ', ` ${BOARD}`)),
  ...OWN_ROUTES,
]);

export function isMutating(method: string): boolean {
  return !SAFE_METHODS.has(method);
}

/**
 * Whether a request may pass. Everything that changes something is denied unless it is listed, so a new version of
 * Bull Board has no access control.
 * @param route the pattern that matched, undefined when none did
 */
export function isAllowed(method: string, route: string | undefined): boolean {
  return !isMutating(method) || ALLOWED_ROUTES.has(`${method} ${route}`);
}

/** For the operator whose click was denied. */
export const DENIAL =
  'Only retry, promote, pause and resume work here: jobs are vehicles of generations, which the ledger keeps. ' +
  'To cancel, redrive or adopt a generation use its own page, to remove one the kieq command (kieq --help).';
