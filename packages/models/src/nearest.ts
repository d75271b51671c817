/** Longer texts are not compared: a caller's text decides what a comparison costs. */
const LONGEST = 120;

/**
 * The candidate that was probably meant: equal but for case, blanks and separators, else at most a third of its
 * characters away (insertions, deletions, replacements and swaps of neighbours).
 * @param text a caller's; untrusted
 */
export function nearest(text: string, candidates: readonly string[]): string | undefined {
  if (text.length > LONGEST) return undefined;
  const plain = plainOf(text);
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    const other = plainCandidate(candidate);
    const most = plain === other ? 0 : Math.max(1, Math.floor(Math.max(plain.length, other.length) / 3));
    const found = Math.abs(plain.length - other.length) > most ? Infinity : distanceOf(plain, other);
    if (found <= most && found < Math.max(plain.length, other.length) && found < (best?.distance ?? Infinity))
      best = { candidate, distance: found };
  }
  return best?.candidate;
}

/** Plain forms of candidates: there are few of them, and each is compared with many texts. */
const plainForms = new Map<string, string>();

function plainCandidate(candidate: string): string {
  const known = plainForms.get(candidate);
  if (known !== undefined) return known;
  const plain = plainOf(candidate);
  plainForms.set(candidate, plain);
  return plain;
}

function plainOf(text: string): string {
  return text.toLowerCase().replaceAll(/[\s_./-]/g, '');
}

/** Optimal string alignment, by rows. */
function distanceOf(one: string, other: string): number {
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, j) => j);
  for (let i = 1; i <= one.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const change = one[i - 1] === other[j - 1] ? 0 : 1;
      let least = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + change);
      const isSwap = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      if (isSwap) least = Math.min(least, (before[j - 2] ?? 0) + 1);
      row.push(least);
    }
    [before, last] = [last, row];
  }
  return last[other.length] ?? 0;
}
