import { z } from 'zod';
import type { Block } from './blocks.ts';

const told = { generation: z.string(), tenant: z.string(), state: z.string() };
const webhookSchema = z.object({ ...told, webhookId: z.string(), body: z.string() });
const heldSchema = z.object({ ...told, class: z.string(), heldUntil: z.number() });

/** What the gateway tells about the ends of generations. */
export type FeedEvent =
  | ({ readonly kind: 'webhook' } & Readonly<z.infer<typeof webhookSchema>>)
  | ({ readonly kind: 'held' } & Readonly<z.infer<typeof heldSchema>>)
  | { readonly kind: 'missed' };

/** Undefined for a comment, a position, and an event of a newer gateway. */
export function feedEventOf({ event, data }: Block): FeedEvent | undefined {
  if (event === 'missed') return { kind: 'missed' };
  const fields = data === undefined ? undefined : jsonOf(data);
  const webhook = event === 'webhook' ? webhookSchema.safeParse(fields).data : undefined;
  if (webhook !== undefined) return { kind: 'webhook', ...webhook };
  const held = event === 'held' ? heldSchema.safeParse(fields).data : undefined;
  return held === undefined ? undefined : { kind: 'held', ...held };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
