declare const newer: unique symbol;

/**
 * A word that this version of kieq does not know. What Redis holds may have been written by a newer version: workers of
 * two versions run side by side while a pool is upgraded, and after a step back (docs/decisions/0019). Such a word is
 * shown as it is, and nothing is decided by it: its reader takes the choice that changes nothing and pays nothing.
 */
export type Newer = string & { readonly [newer]: true };

/** A word of one of our lists that may grow: one that is known, or a newer one. A `switch` over it ends in `Newer`. */
export type OrNewer<Word extends string> = Word | Newer;

/** Reads a word that any version of kieq may have written. */
export function readWord<Word extends string>(words: readonly Word[], text: string): OrNewer<Word> {
  if (isWord(words, text)) return text;
  claimNewer(text);
  return text;
}

/** Whether this version knows the word. */
export function isKnown<Word extends string>(words: readonly Word[], word: OrNewer<Word>): word is Word {
  return isWord(words, word);
}

function isWord<Word extends string>(words: readonly Word[], text: string): text is Word {
  return words.some((word) => word === text);
}

/** Only `readWord` calls this, after its check. */
function claimNewer(_text: string): asserts _text is Newer {}
