import { parseArgs } from 'node:util';
import { z } from 'zod';

export const USAGE = `usage: pnpm verify:kie --key-from-env KIE_API_KEY --max-credits N [options]

  --key-from-env NAME   environment variable with the key of the account (required)
  --max-credits N       most credits that the paid clip may cost (required); 0 makes the free checks only
  --public-url URL      address at which Kie reaches this machine; without it callbacks are not checked
  --listen PORT         local port to which that address leads, on 127.0.0.1 (default 8099)
  --out FILE            report in Markdown, and in JSON next to it (default verify-kie, .md and .json)
  --base-url URL        another address of the API, such as a simulator (default https://api.kie.ai)
  --upload-url URL      another address of uploads (default https://kieai.redpandaai.co, or --base-url where it is given)`;

/** What `pnpm verify:kie` was told. */
export interface VerifyOptions {
  /** The key itself; it is in no report. */
  readonly apiKey: string;
  /** Most credits that the paid clip may cost. */
  readonly maxCredits: number;
  readonly publicUrl: string | undefined;
  readonly listen: number;
  /** Path of the report without `.md` and `.json`. */
  readonly out: string;
  readonly baseUrl: string;
  readonly uploadUrl: string;
  /** The key of the callbacks' signatures, from `KIE_WEBHOOK_HMAC_KEY`. */
  readonly webhookKey: string | undefined;
}

const API = 'https://api.kie.ai';
const UPLOADS = 'https://kieai.redpandaai.co';

const url = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });
const schema = z.object({
  'key-from-env': z.string({ error: 'is required: the name of the variable that has the key' }),
  'max-credits': z
    .string({ error: 'is required: the most credits that the paid clip may cost' })
    .regex(/^\d{1,6}(\.\d+)?$/, 'must be a number of credits')
    .transform(Number),
  'public-url': url.optional(),
  listen: z
    .string()
    .regex(/^\d{1,5}$/, 'must be a port')
    .transform(Number)
    .default(8099),
  out: z.string().min(1).default('verify-kie'),
  'base-url': url.optional(),
  'upload-url': url.optional(),
});

const FLAGS = Object.fromEntries(Object.keys(schema.shape).map((name) => [name, { type: 'string' as const }]));

/** @throws Error that names every wrong option together, and never the key */
export function optionsOf(args: readonly string[], env: Readonly<Record<string, string | undefined>>): VerifyOptions {
  const parsed = schema.safeParse(parseArgs({ args: [...args], options: FLAGS }).values);
  if (!parsed.success)
    throw new Error(parsed.error.issues.map(({ path, message }) => `--${path.join('.')} ${message}`).join('\n'));
  const given = parsed.data;
  const apiKey = env[given['key-from-env']]?.trim() ?? '';
  if (apiKey === '') throw new Error(`--key-from-env: the variable ${given['key-from-env']} is not set`);
  const baseUrl = given['base-url'] ?? API;
  return {
    apiKey,
    maxCredits: given['max-credits'],
    publicUrl: given['public-url'],
    listen: given.listen,
    out: given.out.replace(/\.md$/, ''),
    baseUrl: baseUrl.replace(/\/+$/, ''),
    uploadUrl: (given['upload-url'] ?? given['base-url'] ?? UPLOADS).replace(/\/+$/, ''),
    webhookKey: env['KIE_WEBHOOK_HMAC_KEY'],
  };
}
