import { STROKES } from './paint.ts';

/**
 * Texts of callers and of Kie must not steer a terminal, nor turn around what is read there: control and format
 * characters (U+202E, zero-width ones) are shown as escapes such as `\u202e`; line ends stay.
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

const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
/** It belongs to a picture of several parts, such as a family, or joins letters of a script that needs it. */
const JOINED =
  /(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F])\u200D(?=\p{Extended_Pictographic})|(?<=[\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{M}])[\u200C\u200D](?=[\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}])/gu;

function withoutControls(text: string): string {
  const joined = new Set([...text.matchAll(JOINED)].map(({ index }) => index));
  return text.replaceAll(UNSEEN, (character, at: number) =>
    character === '\n' || joined.has(at) ? character : escapeOf(character),
  );
}

function escapeOf(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
}

/** A text on one line. */
export function oneLine(text: string): string {
  return printable(text.replaceAll(/\s+/g, ' ').trim(), true);
}
