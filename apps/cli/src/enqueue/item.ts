import { validateCreateRequest, withoutAbsent, type Problem } from '@kieq/kie';
import { requestProblems, requestWarnings, ruleText } from '@kieq/models';
import type { GenerationRequest } from '@kieq/producer';
import { ignoredInRequest, NAMING, optionsSchema, textProblems, type GenerationOptions } from '@kieq/queue';

/** A request that passed its checks. */
export interface Item {
  readonly request: GenerationRequest;
  readonly options: GenerationOptions;
}

export interface CheckedItem {
  readonly item: Item;
  /** Fields of the request that have no effect or that its model probably does not take, each with the reason. */
  readonly warnings: readonly string[];
}

export type ItemCheck =
  | ({ readonly ok: true } & CheckedItem)
  | { readonly ok: false; readonly problems: readonly string[] };

type OptionIssue = NonNullable<ReturnType<typeof optionsSchema.safeParse>['error']>['issues'][number];

/**
 * Checks a request with its options. A misspelt option is a problem: `idempotencykey` would pay twice.
 * @param isStrict what differs from the catalogue of models is a problem as well, instead of a warning
 */
export function checkItem(request: unknown, options: unknown, isStrict = false): ItemCheck {
  const checked = validateCreateRequest(request);
  const parsed = optionsSchema.safeParse(withoutAbsent(optionsSchema, options, NAMING));
  const problems = [
    ...[...textProblems(request), ...textProblems(options, 'options')].map(describe),
    ...(checked.ok ? [] : checked.problems.map(describe)),
    ...(parsed.success ? [] : parsed.error.issues.flatMap(optionProblems)),
    ...(checked.ok && isStrict ? differences(requestProblems, checked.request) : []),
  ];
  if (!checked.ok || !parsed.success || problems.length > 0) return { ok: false, problems };
  const warnings = [
    ...ignoredInRequest(request).map(({ field, message }) => `${field} ${message}`),
    ...(isStrict ? [] : differences(requestWarnings, checked.request)),
  ];
  return { ok: true, item: { request: checked.request, options: parsed.data }, warnings };
}

/** What the catalogue of models says of a request. */
function differences(check: typeof requestWarnings, { model, input }: GenerationRequest): string[] {
  return check(model, input).map((one) => `${one.field} ${ruleText(one)}`);
}

function optionProblems(issue: OptionIssue): string[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((name) => `there is no option ${name}`);
  return [`options.${issue.path.map(String).join('.')} ${issue.message}`];
}

/** Names in an object that are none of the known ones. */
export function unknownKeys(value: unknown, known: readonly string[]): string[] {
  return isObject(value) ? Object.keys(value).filter((name) => !known.includes(name)) : [];
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describe({ field, rule, received }: Problem): string {
  return `${field === '' ? 'the request' : field} ${rule}, received ${received}`;
}
