import { inputInvalidity, isHttpUrl } from './facts/input-invalidity.ts';
import { FACTS_WORD, factsOf } from './facts/facts-of.ts';
import { type ReadBody, isRecord, KLING_MODEL } from './request.ts';
import { REQUIRED } from './required.ts';

/** The options of the user's document. */
export const DURATIONS: readonly string[] = ['5', '10', '15', '20', '30', '40', '50', '60', '70', '80'];
const PROMPT_MAX = 1000;

/** What is wrong with a create request, in Kie's words; undefined when nothing is. `models` are accepted next to kling-2.6; `*` is any, and `facts` judges those that the simulator has facts of. */
export function invalidity(body: ReadBody, models: readonly string[]): string | undefined {
  if (body.model === undefined || body.model === '') return REQUIRED;
  if (body.model !== KLING_MODEL) {
    const facts = models.includes(FACTS_WORD) ? factsOf(body.model) : undefined;
    const known = facts !== undefined || models.includes('*') || models.includes(body.model);
    if (!known) return 'The model name you specified is not supported. Please verify it is correct.';
    if (!isRecord(body.input)) return REQUIRED;
    return facts === undefined ? undefined : inputInvalidity(facts, body.input);
  }
  if (!isRecord(body.input)) return REQUIRED;
  return klingInvalidity(body.input);
}

function klingInvalidity(input: Record<string, unknown>): string | undefined {
  return (
    promptInvalidity(input['prompt']) ??
    imagesInvalidity(input['image_urls']) ??
    soundInvalidity(input['sound']) ??
    durationInvalidity(input['duration'])
  );
}

function promptInvalidity(prompt: unknown): string | undefined {
  if (prompt === undefined || prompt === null || prompt === '') return REQUIRED;
  if (typeof prompt !== 'string') return 'prompt must be a string';
  // Code points, as the client counts them: an emoji is one character.
  const isLong = Array.from(prompt).length > PROMPT_MAX;
  return isLong ? `prompt length cannot exceed ${PROMPT_MAX} characters` : undefined;
}

function imagesInvalidity(urls: unknown): string | undefined {
  if (urls === undefined || urls === null) return REQUIRED;
  if (!Array.isArray(urls)) return 'image_urls must be an array';
  if (urls.length === 0) return REQUIRED;
  return urls.every(isHttpUrl) ? undefined : 'image_urls file type not supported';
}

function soundInvalidity(sound: unknown): string | undefined {
  if (sound === undefined || sound === null) return REQUIRED;
  return typeof sound === 'boolean' ? undefined : 'sound must be a boolean';
}

function durationInvalidity(duration: unknown): string | undefined {
  if (duration === undefined || duration === null || duration === '') return REQUIRED;
  const allowed = typeof duration === 'string' && DURATIONS.includes(duration);
  return allowed ? undefined : 'duration is not within the range of allowed options';
}
