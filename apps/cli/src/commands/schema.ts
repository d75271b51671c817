import { submitJobJsonSchema } from '@kieq/queue';
import type { Command } from 'commander';
import { addCommand, type Context } from '../context.ts';

export function addSchema(parent: Command, { out }: Context): void {
  addCommand(parent, {
    usage: 'schema',
    summary: 'the JSON Schema of a job that any BullMQ client may add to the queue `submit`',
    examples: ['kieq schema > submit-job.schema.json'],
  }).action(() => {
    const schema = submitJobJsonSchema();
    out.print(schema, () => JSON.stringify(schema, null, 2));
  });
}
