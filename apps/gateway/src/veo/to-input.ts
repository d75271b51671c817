import { isAbsent } from '@kieq/kie';
import { modelOf } from '@kieq/models';

/** The model of createTask to which Veo's endpoints are translated. */
const VEO_MODEL = 'veo-3-1';

/** Their fields with the names that `veo-3-1` has; all others have the same name or the one in snake case. */
const NAMES: Readonly<Record<string, string>> = {
  imageUrls: 'image_urls',
  generationType: 'generation_type',
  aspectRatio: 'aspect_ratio',
  enableTranslation: 'enable_translation',
  enableFallback: 'enable_fallback',
  seeds: 'seed',
};
/** Passed although the catalogue does not have it: its warning says so. */
const FURTHER = new Set(['seed']);
const FREE_RATIO = 'auto';
const DEFAULT_TIER = 'veo3_fast';

/** A body of `/veo/generate` as the body of createTask, with its other fields, which have no effect. */
export interface VeoTask {
  readonly task: Readonly<Record<string, unknown>>;
  readonly ignored: readonly string[];
}

/**
 * Translates a body of `/api/v1/veo/generate`. Values stay as they are: createTask's own checks judge them. `Auto` as
 * ratio is left out, which means the same to the model. The tier is always written, since Kie fills in no default.
 * @param body the caller's, untrusted
 */
export function veoTask(body: Readonly<Record<string, unknown>>): VeoTask {
  const { callBackUrl, model, ...fields } = body;
  const known = modelOf(VEO_MODEL)?.input ?? {};
  const input: Record<string, unknown> = { model: isAbsent(model) ? DEFAULT_TIER : model };
  const ignored: string[] = [];
  for (const [name, value] of Object.entries(fields)) {
    const field = Object.hasOwn(NAMES, name) ? (NAMES[name] ?? name) : name;
    if (!Object.hasOwn(known, field) && !FURTHER.has(field)) ignored.push(name);
    else if (!isAbsent(value) && !isFreeRatio(field, value)) input[field] = value;
  }
  return { task: { model: VEO_MODEL, input, callBackUrl }, ignored };
}

function isFreeRatio(field: string, value: unknown): boolean {
  return field === 'aspect_ratio' && typeof value === 'string' && value.toLowerCase() === FREE_RATIO;
}
