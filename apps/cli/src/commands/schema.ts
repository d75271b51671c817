import { submitJobJsonSchema } from '@kieq/queue';
import type { Context } from '../context.ts';

export function schema({ out }: Context): void {
  const document = submitJobJsonSchema();
  out.print(document, () => JSON.stringify(document, null, 2));
}
