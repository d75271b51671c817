import type { ResolvedOptions } from './options.ts';
import type { Redactor } from './redact.ts';
import type { Transport } from './transport.ts';

/** Shared by all calls of one client. */
export interface KieContext {
  readonly options: ResolvedOptions;
  readonly transport: Transport;
  readonly redact: Redactor;
}
