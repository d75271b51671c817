import type { z } from 'zod';

/** Options or fault rules that the simulator refuses; nothing of them was applied. */
export class SimulatorError extends Error {
  override readonly name = 'SimulatorError';
  /** One line for each problem: the field and its rule. */
  readonly problems: readonly string[];

  constructor(what: string, problems: readonly string[]) {
    super(`simulator: wrong ${what}:\n${problems.map((problem) => `- ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

/**
 * @param what such as `options`, for the message
 * @throws SimulatorError that names every problem
 */
export function parsedWith<Schema extends z.ZodType>(schema: Schema, value: unknown, what: string): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const line = ({ path, message }: z.core.$ZodIssue): string =>
    path.length === 0 ? message : `${path.map(String).join('.')}: ${message}`;
  throw new SimulatorError(what, parsed.error.issues.map(line));
}
