import { createScrubbers, isSecretName, MASK, mayNameSecrets, visibleJson, type Scrubber } from './scrub.ts';

const STRING = '"(?:[^"\\\\]|\\\\.)*"';
const FIELD = new RegExp(`(${STRING})(:)(${STRING})?|${STRING}`, 'g');

/**
 * Makes a function that masks secrets in a finished line of JSON. Most lines contain nothing to mask: they are searched
 * once for the marks of secrets, instead of once for each string and rule.
 */
export function createLineScrubber(secrets: readonly string[]): (line: string) => string {
  const scrub = createScrubbers(secrets);
  return (line) => visibleJson(scrub.mayChange(line) || mayNameSecrets(line) ? maskStrings(line, scrub) : line);
}

/**
 * Masks secrets in each string of a line. It changes only the strings, so that the line stays JSON whatever the secret.
 */
export function maskStrings(line: string, scrub: Scrubber): string {
  return line.replace(FIELD, (text: string, name?: string, colon = ':', value?: string) => {
    if (name === undefined) return `"${scrub.text(text.slice(1, -1))}"`;
    const field = name.slice(1, -1);
    const start = `"${scrub.name(field)}"${colon}`;
    if (value === undefined) return start;
    return `${start}"${isSecretName(field) ? MASK : scrub.text(value.slice(1, -1))}"`;
  });
}
