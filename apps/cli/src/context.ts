import type { RawEnvironment } from '@kieq/config';
import type { Io } from './io.ts';
import type { Output } from './output.ts';

/** What every command works with. */
export interface Context {
  readonly env: RawEnvironment;
  readonly io: Io;
  readonly out: Output;
}
