import type { SubmitAnswer } from '@kieq/domain';

import { klingRequestSchema, type KieCreateRequest } from './create-request.ts';
import { shorten } from './redact.ts';
import { isValidationWording } from './validation-wording.ts';

/** Means that the address does not exist, whatever the message. */
const NOT_FOUND = 404;
/** Codes that judge a request; a message that names none of its fields may still concern the endpoint. */
const JUDGING: ReadonlySet<number> = new Set([400, 422]);
const SAMENESS_LIMIT = 120;
/** Deeper and further fields are not searched for: a request may be large. */
const DEPTH_LIMIT = 4;
const NAME_LIMIT = 200;

/**
 * What a refusal has in common with the same refusal of other requests, such as `422 channel not found`, where the
 * endpoint that refuses may be at fault, and not the request (docs/decisions/0022). Undefined where the request itself
 * is named, or the class is another one.
 */
export function endpointFaultOf(answer: SubmitAnswer, request: KieCreateRequest): string | undefined {
  const { code, msg = '' } = answer.evidence;
  if (answer.class !== 'invalid_request' || code === undefined) return undefined;
  const words = withoutModel(msg, request.model);
  const isPossible = code === NOT_FOUND || (JUDGING.has(code) && !speaksOfRequest(words, request));
  return isPossible ? sameness(code, words) : undefined;
}

/** An endpoint without a channel for a model names the model, and model names contain words of fields. */
function withoutModel(msg: string, model: string): string {
  return (model === '' ? msg : msg.replaceAll(model, ' ')).replaceAll(/\b\w+-to-(image|video)\b/gi, ' ');
}

/** Refusals of the content of a request that name no field: moderation, and images that Kie cannot use. */
const CONTENT = [
  /flagged/i,
  /moderat/i,
  /sensitive/i,
  /violat/i,
  /prohibited/i,
  /copyright/i,
  /\bnsfw\b/i,
  /\b(image|picture|photo|prompt|content)s?\b/i,
];

function speaksOfRequest(msg: string, { input }: KieCreateRequest): boolean {
  if (isValidationWording(msg) || CONTENT.some((pattern) => pattern.test(msg))) return true;
  const said = ` ${wordsOf(msg)} `;
  return [...fieldNames(input)].some((name) => {
    const words = wordsOf(name);
    return words !== '' && said.includes(` ${words} `);
  });
}

/** Fields of the request's input and of the known schema: a message may name a missing field. */
function fieldNames(input: KieCreateRequest['input']): Set<string> {
  const names = new Set(Object.keys(klingRequestSchema.shape.input.shape));
  collectNames(input, names, DEPTH_LIMIT);
  return names;
}

function collectNames(value: unknown, names: Set<string>, depth: number): void {
  if (typeof value !== 'object' || value === null || depth === 0) return;
  for (const [name, inner] of Object.entries(value)) {
    if (names.size >= NAME_LIMIT) return;
    if (!Array.isArray(value)) names.add(name);
    collectNames(inner, names, depth - 1);
  }
}

/** `imageUrls`, `image_urls` and "image URL" are the same words. */
function wordsOf(text: string): string {
  return text
    .replaceAll(/(?<=[a-z\d])(?=[A-Z])/g, ' ')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
    .map((word) => (word.length > 3 ? word.replace(/s$/, '') : word))
    .join(' ');
}

/** Parts that differ from request to request. The order matters: an address may be quoted, and may contain an id. */
const VARIABLE: readonly RegExp[] = [
  /\bhttps?:\/\/[^\s"'<>]+/gi,
  /"[^"]*"|'[^']*'|`[^`]*`|“[^”]*”|‘[^’]*’|「[^」]*」|\[[^\]]*\]/g,
  /\b(?:request|trace|task)[ _-]?id\W{0,3}[\w-]+/gi,
  /[\w-]*\d[\w-]*/g,
];

function sameness(code: number, msg: string): string {
  const plain = VARIABLE.reduce((text, pattern) => text.replaceAll(pattern, ' '), msg);
  return shorten(`${code} ${plain.toLowerCase().replaceAll(/\s+/g, ' ')}`.trim(), SAMENESS_LIMIT);
}
