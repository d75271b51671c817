import type { ResolvedOptions } from './options.ts';
import type { Redactor } from './redact.ts';
import type { Transport } from './transport.ts';

/** What every call of one client shares. */
export interface KieContext {
  readonly options: ResolvedOptions;
  readonly transport: Transport;
  readonly redact: Redactor;
}
