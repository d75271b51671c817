import * as fc from 'fast-check';

/** Any characters at all: control characters, half surrogates, directions of writing. */
const anyText = fc.string({ unit: 'binary', maxLength: 40 });
const longText = fc.string({ maxLength: 300 });
/** What programs have stumbled over before. */
const oddText = fc.constantFrom('', 'null', 'NaN', '../..', '\u0000', '9'.repeat(400), 'gen_', '2024-13-45');

/** Unforeseen texts; a few hundred characters at most. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(anyText, longText, oddText);

/** The same character all over, which is where searching backwards and forwards takes longest. */
export function runOf(character: string, length: number): string {
  return character.repeat(Math.ceil(length / character.length)).slice(0, length);
}
