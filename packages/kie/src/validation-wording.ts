/**
 * Wording of Kie's refusals of parameters that come with code 500 (docs/kie/facts.md#envelope-and-errors). The first
 * two were seen in public; the others are close variants. A miss costs no money: the response is a refusal either way,
 * and is only retried more often.
 */
const VALIDATION_WORDING: readonly RegExp[] = [
  /this field is required/i,
  /is not within the range of allowed options/i,
  /\b(is|are) (a )?required\b/i,
  /\b(cannot|can't|can not|must not|may not) be (empty|null|blank|missing)\b/i,
  /\b(cannot|can not|must not|may not) exceed\b/i,
  /\b(model|file type|format|value)\b.{0,60} not supported\b/i,
  /\bmust be (a|an|one of|at (least|most)|between|greater|less)\b/i,
  /\b(exceeds?|longer than|more than) the (maximum|max|allowed|limit)/i,
  /\b(invalid|illegal|unsupported|missing) (parameter|param|argument|field|input|value|format|model|duration|enum)\b/i,
  /\b(parameter|param|argument|field|value) (is )?(invalid|illegal|missing|not supported)\b/i,
];

/** True when a `msg` of code 500 means refused parameters and not an error of Kie. */
export function isValidationWording(msg: string): boolean {
  return VALIDATION_WORDING.some((pattern) => pattern.test(msg));
}
