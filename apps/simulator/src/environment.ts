import type { FaultRule, SimulatorSettings } from '@kieq/simulator';
import { faultRulesSchema, optionsSchema } from '@kieq/simulator/schemas';
import { z } from 'zod';
import { distribution, flag, json, limit, list, nonNegative, range, whole } from './forms.ts';

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

/** Every setting: an environment variable, or the flag of the same name (SIM_RATE_LIMIT is --rate-limit). */
const settings = z.object({
  /** Default 127.0.0.1. */
  SIM_HOST: z.string().default('127.0.0.1'),
  /** Default 0: a free port, printed in the first line. */
  SIM_PORT: whole.min(0).max(65_535).default(0),
  /** Routes below /__sim/; default true on loopback hosts, impossible on others. */
  SIM_CONTROL: flag.optional(),
  SIM_DIALECT: z.enum(['document', 'wire']).optional(),
  SIM_API_KEY: z.string().min(1).optional(),
  SIM_WEBHOOK_KEY: z.string().min(1).optional(),
  SIM_PUBLIC_URL: z.url().optional(),
  SIM_SEED: whole.optional(),
  SIM_RATE_LIMIT: limit.optional(),
  SIM_QUERY_LIMIT: limit.optional(),
  SIM_CREATE_LATENCY_MS: range.optional(),
  SIM_QUERY_LATENCY_MS: range.optional(),
  SIM_GENERATION_MS: distribution.optional(),
  SIM_FAIL_RATE: nonNegative.max(1).optional(),
  SIM_CREDITS: nonNegative.optional(),
  SIM_MODELS: list.optional(),
  SIM_ERROR_STYLE: z.enum(['envelope', 'status']).optional(),
  SIM_STATES: z.enum(['waiting', 'progress']).optional(),
  SIM_RESULTS: z.enum(['video', 'tiny']).optional(),
  /** Any further options as a JSON object; the variables above win. */
  SIM_OPTIONS: json.pipe(z.record(z.string(), z.unknown())).optional(),
  /** Faults to start with, as a JSON array. */
  SIM_FAULTS: json.pipe(faultRulesSchema).optional(),
});

/** The names of all settings, for flags and help. */
export const SETTINGS: readonly string[] = Object.keys(settings.shape);

export interface Start {
  readonly settings: SimulatorSettings;
  readonly faults: readonly FaultRule[];
}

/** Thrown when a setting is wrong; the message has one line per problem and no secret. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** Parses all settings; throws a SettingsError with every problem. Empty values count as unset. */
export function parseSettings(given: Readonly<Record<string, string | undefined>>): Start {
  const filled = Object.entries(given).filter(([, value]) => value !== undefined && value !== '');
  const parsed = settings.safeParse(Object.fromEntries(filled));
  const problems = parsed.success ? [] : problemsOf(parsed.error);
  if (!parsed.success) throw new SettingsError(problems.join('\n'));
  const values = parsed.data;
  const isLoopback = LOOPBACK.has(values.SIM_HOST);
  if (values.SIM_CONTROL === true && !isLoopback) {
    problems.push(`SIM_CONTROL: needs a loopback SIM_HOST, not ${values.SIM_HOST}`);
  }
  const options = optionsSchema.partial().safeParse(behaviourOf(values));
  if (!options.success) problems.push(...problemsOf(options.error, 'SIM_OPTIONS.'));
  if (problems.length > 0) throw new SettingsError(problems.join('\n'));
  return {
    settings: {
      ...behaviourOf(values),
      host: values.SIM_HOST,
      port: values.SIM_PORT,
      control: values.SIM_CONTROL ?? isLoopback,
    },
    faults: values.SIM_FAULTS ?? [],
  };
}

function behaviourOf(values: z.output<typeof settings>): Record<string, unknown> {
  const named = {
    dialect: values.SIM_DIALECT,
    apiKey: values.SIM_API_KEY,
    webhookKey: values.SIM_WEBHOOK_KEY,
    publicUrl: values.SIM_PUBLIC_URL,
    seed: values.SIM_SEED,
    rateLimit: values.SIM_RATE_LIMIT,
    queryLimit: values.SIM_QUERY_LIMIT,
    createLatency: values.SIM_CREATE_LATENCY_MS,
    queryLatency: values.SIM_QUERY_LATENCY_MS,
    generation: values.SIM_GENERATION_MS,
    failRate: values.SIM_FAIL_RATE,
    credits: values.SIM_CREDITS,
    models: values.SIM_MODELS,
    errorStyle: values.SIM_ERROR_STYLE,
    states: values.SIM_STATES,
    results: values.SIM_RESULTS,
  };
  const set = Object.entries(named).filter(([, value]) => value !== undefined);
  return { ...values.SIM_OPTIONS, ...Object.fromEntries(set) };
}

function problemsOf(error: z.ZodError, prefix = ''): string[] {
  return error.issues.map((issue) => `${prefix}${issue.path.join('.')}: ${issue.message}`);
}
