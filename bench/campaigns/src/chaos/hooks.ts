import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import { startReceiver, type Received } from '@kieq/testkit';
import type { Dice } from './dice.ts';

const body = z.object({ code: z.int(), data: z.object({ taskId: z.string(), state: z.enum(['success', 'fail']) }) });

/** The receiver of all callers: moody while things break, and it checks every signature. */
export interface Hooks {
  /** Without a slash at the end. */
  readonly url: string;
  /** States of each generation in deliveries that were answered with 200, in order. */
  readonly told: ReadonlyMap<string, readonly ('success' | 'fail')[]>;
  /** What was wrong with callbacks that came. */
  readonly problems: readonly string[];
  readonly counts: { readonly received: number; readonly refused: number };
  /** From now on every callback is answered with 200. */
  calmDown(): void;
  stop(): Promise<void>;
}

const REFUSAL_CHANCE = 0.1;
const SILENCE_CHANCE = 0.03;

export async function startHooks(secret: string, dice: Dice): Promise<Hooks> {
  const told = new Map<string, ('success' | 'fail')[]>();
  const problems: string[] = [];
  const counts = { received: 0, refused: 0 };
  let isMoody = true;
  const receiver = await startReceiver((response, request) => {
    counts.received += 1;
    const callback = readCallback(request, secret);
    if (typeof callback === 'string') problems.push(`${request.path}: ${callback}`);
    if (isMoody && dice.chance(REFUSAL_CHANCE)) {
      counts.refused += 1;
      response.statusCode = 500;
    } else if (isMoody && dice.chance(SILENCE_CHANCE)) {
      counts.refused += 1;
      response.destroy();
    } else if (typeof callback === 'object') {
      told.set(callback.taskId, [...(told.get(callback.taskId) ?? []), callback.state]);
    }
    response.end();
  });
  return {
    url: receiver.url,
    told,
    problems,
    counts,
    calmDown() {
      isMoody = false;
    },
    stop: () => receiver.stop(),
  };
}

/** The content of a delivery, or what is wrong with it: both signatures are checked as its receivers would. */
function readCallback({ headers, text }: Received, secret: string) {
  const words = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  try {
    new Webhook(Buffer.from(secret), { format: 'raw' }).verify(text, words);
  } catch (error) {
    return `Standard Webhooks: ${String(error)}`;
  }
  const parsed = body.safeParse(JSON.parse(text));
  if (!parsed.success) return `its body: ${parsed.error.message}`;
  const { data } = parsed.data;
  const signed = `${data.taskId}.${words['x-webhook-timestamp']}`;
  const signature = createHmac('sha256', secret).update(signed).digest('base64');
  return words['x-webhook-signature'] === signature ? data : "Kie's signature is wrong";
}
