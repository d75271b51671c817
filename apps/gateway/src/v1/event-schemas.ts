import { z } from 'zod';
import { classWord, epochMs, stateWord } from './schemas.ts';

/** Data of the event `state`: one change of the generation, or its state when the stream started. */
export const stateEventSchema = z.object({
  id: z.string().describe('Id of the generation'),
  state: stateWord,
  event: z.string().describe('What happened; `now` for the state at the start. Later versions may add values'),
});
export type StateEvent = z.infer<typeof stateEventSchema>;

/** Data of the event `end`, the last one, with the reason if there is no video. */
export const endEventSchema = z.object({
  id: z.string().describe('Id of the generation'),
  state: stateWord.optional(),
  failCode: z.string().optional(),
  failMsg: z.string().optional(),
  class: classWord.optional().describe('Class of the dead letter'),
});
export type EndEvent = z.infer<typeof endEventSchema>;

/** Data of the event `webhook` of the stream of ends: what a delivery would send. */
export const webhookEventSchema = z.object({
  generation: z.string().describe('Id of the generation'),
  tenant: z.string(),
  state: stateWord,
  webhookId: z.string().describe('Header `webhook-id` of the delivery; equal ids are one end'),
  body: z.string().describe('Text of the body of the delivery'),
});
export type WebhookEvent = z.infer<typeof webhookEventSchema>;

/** Data of the event `held`: a dead letter about which the caller is told nothing yet. */
export const heldEventSchema = z.object({
  generation: z.string().describe('Id of the generation'),
  tenant: z.string(),
  state: stateWord,
  class: classWord.optional().describe('Class of the dead letter'),
  heldUntil: epochMs.optional(),
});
export type HeldEvent = z.infer<typeof heldEventSchema>;

/** Data of the event `missed`: ends since the last event may be gone. */
export const missedEventSchema = z.object({});
