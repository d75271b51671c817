import { z } from 'zod';
import { classWord, stateWord } from './schemas.ts';

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
