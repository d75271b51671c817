import { createScrubber, isSecretName, MASK, redactObject } from '@kieq/telemetry';

/** Bull Board's answers use the name `key` for texts to translate; in job data it is a secret name like any other. */
const SHOWN_NAMES = new Set(['key']);
/** Parameters of signed addresses beyond those that have a secret name already. */
const SIGNED_PARAMETER = /^(sig|policy|x-(amz|goog)-credential|awsaccesskeyid|googleaccessid|key-pair-id)$/i;
const PARAMETER = /([?&])([^=&#?\s"\\]+)=([^&#\s"'<>\\]+)/g;

export interface Redaction {
  /** Data, progress and return values of jobs: masks what stands under a secret name, at any depth. */
  readonly jobField: (value: unknown) => unknown;
  /** A whole answer: masks the known secrets and what has the shape of one in every text, and what stands under a secret name. */
  readonly answer: (value: unknown) => unknown;
}

/** @param secrets values known to be secret */
export function createRedaction(secrets: readonly string[]): Redaction {
  const scrubText = createScrubber(secrets);
  const text = (value: string): string => scrubText(value.replaceAll(PARAMETER, maskParameter));
  return {
    jobField: (value) => redactObject({ value })['value'],
    answer: (value) => redactAnswer(value, text),
  };
}

function redactAnswer(value: unknown, text: (value: string) => string): unknown {
  if (typeof value === 'string') return text(value);
  if (Array.isArray(value)) return value.map((item) => redactAnswer(item, text));
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  const entries = Object.entries(value).map(([name, item]: [string, unknown]): [string, unknown] => {
    if (typeof item === 'string' && isSecretName(name) && !SHOWN_NAMES.has(name)) return [text(name), MASK];
    return [text(name), redactAnswer(item, text)];
  });
  return Object.fromEntries(entries);
}

function maskParameter(parameter: string, start: string, name: string): string {
  return isSecretName(name) || SIGNED_PARAMETER.test(name) ? `${start}${name}=${MASK}` : parameter;
}
