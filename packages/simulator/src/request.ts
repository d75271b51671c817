import { z } from 'zod';

/** The model that the simulator validates field by field. */
export const KLING_MODEL = 'kling-2.6/image-to-video';

/** The body of createTask; unknown fields are ignored, as Kie does. */
export interface CreateRequest {
  readonly model: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly callBackUrl?: string | undefined;
}

const createRequestSchema = z.object({
  model: z.string().min(1),
  input: z.record(z.string(), z.unknown()),
  // Clients send null and "" for none.
  callBackUrl: z.string().nullish().transform(addressOf).optional(),
}) satisfies z.ZodType<CreateRequest>;

/** A body as far as it can be read, for the ledger; `request` only when its shape is right. */
export interface ReadBody {
  readonly model: string | undefined;
  readonly input: unknown;
  readonly callBackUrl: string | undefined;
  readonly prompt: string;
  readonly request: CreateRequest | undefined;
}

const UNREADABLE: ReadBody = {
  model: undefined,
  input: undefined,
  callBackUrl: undefined,
  prompt: '',
  request: undefined,
};

/** Reads a raw body; never throws. */
export function readBody(raw: unknown): ReadBody {
  const value = parseJson(raw);
  if (!isRecord(value)) return UNREADABLE;
  const { model, input, callBackUrl } = value;
  const request = createRequestSchema.safeParse(value);
  return {
    model: typeof model === 'string' ? model : undefined,
    input,
    callBackUrl: addressOf(callBackUrl),
    prompt: isRecord(input) && typeof input['prompt'] === 'string' ? input['prompt'] : '',
    request: request.data,
  };
}

/** Undefined for what means that there is none. */
function addressOf(callBackUrl: unknown): string | undefined {
  return typeof callBackUrl === 'string' && callBackUrl.trim() !== '' ? callBackUrl : undefined;
}

/** JSON or undefined. */
export function parseJson(raw: unknown): unknown {
  if (typeof raw !== 'string') return undefined;
  try {
    return JSON.parse(raw);
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
