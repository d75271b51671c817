import { parseArgs } from 'node:util';
import { z } from 'zod';

const count = z.coerce.number().int().min(1);

const optionsSchema = z.object({
  /** Planned strikes of one run; each generation may be struck up to three times more. Default: each place, both kinds. */
  events: count.optional(),
  runs: count,
  /** Of the first run; the next ones go on from it. */
  seed: z.coerce.number().int().min(0),
  workers: count.min(3),
  lockMs: count.min(1000),
  killShare: z.coerce.number().min(0).max(1),
  callbacks: z.boolean(),
  append: z.boolean(),
  /** Plays nothing: fills the document from the kept runs. */
  report: z.boolean(),
  verbose: z.boolean(),
  /** Part of the names of the scenarios that are played; all by default. */
  only: z.string(),
  /** A file that keeps which points are passed, between processes. */
  places: z.string().optional(),
});
export type MatrixCommand = z.infer<typeof optionsSchema>;

/** @throws ZodError for options that make no sense */
export function optionsOf(args: readonly string[]): MatrixCommand {
  const { values } = parseArgs({
    args: [...args],
    options: {
      events: { type: 'string' },
      runs: { type: 'string', default: '1' },
      seed: { type: 'string', default: '1' },
      workers: { type: 'string', default: '8' },
      'lock-ms': { type: 'string', default: '1000' },
      'kill-share': { type: 'string', default: '0.1' },
      'no-callbacks': { type: 'boolean', default: false },
      append: { type: 'boolean', default: false },
      report: { type: 'boolean', default: false },
      verbose: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      places: { type: 'string' },
    },
  });
  return optionsSchema.parse({
    ...values,
    lockMs: values['lock-ms'],
    killShare: values['kill-share'],
    callbacks: !values['no-callbacks'],
  });
}
