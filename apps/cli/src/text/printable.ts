import { STROKES } from './paint.ts';

/**
 * Texts of callers and of Kie must not steer a terminal: control characters are replaced, line ends stay.
 * @param strokes keeps the sequences of our own colours, which do nothing else wherever they come from
 */
export function printable(text: string, strokes = false): string {
  if (!strokes) return withoutControls(text);
  const kept = text.match(STROKES) ?? [];
  return text
    .split(STROKES)
    .map((part, i) => withoutControls(part) + (kept[i] ?? ''))
    .join('');
}

function withoutControls(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (character) => (character === '\n' ? character : '\uFFFD'));
}

/** A text on one line. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** Replaces every secret of the environment in a text, should an error carry one. */
export function masked(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
}
