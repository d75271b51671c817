import { parseArgs } from 'node:util';

export interface Options {
  readonly names: readonly string[];
  readonly scale: number;
  readonly share: number;
  readonly write: boolean;
  /** What `cost` compares this tree with: a revision, or a folder with a tree that is built. */
  readonly against?: string | undefined;
}

/** Thrown when the command line is wrong; the message is the usage. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @throws UsageError */
export function optionsOf(args: readonly string[], known: readonly string[]): Options {
  const { values, positionals: names } = parsed(args, known);
  const [scale, share] = [Number(values.scale), Number(values.share)];
  const isKnown = names.every((name) => known.includes(name));
  if (!isKnown || !(scale > 0) || !(share > 0 && share <= 1)) throw usage(args, known);
  return { names, scale, share, write: values.write, against: values.against };
}

function parsed(args: readonly string[], known: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        scale: { type: 'string', default: '0.1' },
        against: { type: 'string' },
        share: { type: 'string', default: '1' },
        write: { type: 'boolean', default: false },
      },
    });
  } catch {
    throw usage(args, known);
  }
}

function usage(args: readonly string[], known: readonly string[]): UsageError {
  const form = `bench [${known.join(' | ')} …] [--scale above 0] [--share above 0, at most 1] [--against revision] [--write]`;
  return new UsageError(`usage: ${form}, received ${args.join(' ')}`);
}
