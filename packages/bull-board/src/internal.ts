/** For the dashboard, which has connections, a ledger and a guard of its own: not published. */
export { guardedAdapters } from './guarded-adapter.ts';
export { createRedaction } from './redaction.ts';
