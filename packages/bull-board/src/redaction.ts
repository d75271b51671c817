import { createScrubber, isSecretName, MASK, redactObject } from '@kieq/telemetry';

/** Parameters of signed addresses beyond those that have a secret name already. */
const SIGNED_PARAMETER = /^(sig|policy|x-(amz|goog)-credential|awsaccesskeyid|googleaccessid|key-pair-id)$/i;
const PARAMETER = /([?&])([^=&#?\s"\\]+)=([^&#\s"'<>\\]+)/g;

/** What jobs carry, by the names of BullMQ and Bull Board: field names of any client, so `key` counts as a secret name there. */
const JOB_FIELDS = new Set(['data', 'progress', 'returnValue', 'returnvalue', 'template']);
/** Around them Bull Board itself uses the name `key`, for texts to translate. */
const SHOWN_NAMES = new Set(['key']);

/**
 * Makes a function that copies an answer of Bull Board without secrets: in every text the known ones and what has the
 * shape of one are masked, and what stands under a secret name is masked whatever it is.
 * @param secrets values known to be secret
 */
export function createRedaction(secrets: readonly string[]): (answer: unknown) => unknown {
  const scrub = createScrubber(secrets);
  const text = (value: string): string => scrub(value.replaceAll(PARAMETER, maskParameter));
  const redact = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value);
    if (Array.isArray(value)) return value.map(redact);
    if (typeof value !== 'object' || value === null || value instanceof Date) return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, redactNamed(name, item)]));
  };
  const redactNamed = (name: string, value: unknown): unknown => {
    if (JOB_FIELDS.has(name)) return redact(redactObject({ value })['value']);
    const isShown = value === undefined || value === null || !isSecretName(name) || SHOWN_NAMES.has(name);
    return isShown ? redact(value) : MASK;
  };
  return redact;
}

function maskParameter(parameter: string, start: string, name: string): string {
  return isSecretName(name) || SIGNED_PARAMETER.test(name) ? `${start}${name}=${MASK}` : parameter;
}
