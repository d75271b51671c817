import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Of the repository. */
export const ROOT = join(import.meta.dirname, '../../../..');
/** A file, by its path from the root. */
export const read = (path: string): Promise<string> => readFile(join(ROOT, path), 'utf8');

/** Files below a folder with this ending, relative to the root; neither dependencies nor build results. */
export async function filesBelow(folder: string, ending: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(join(ROOT, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const isOther =
      entry.name.startsWith('.') ||
      ['node_modules', 'dist', 'dist-pack', 'demo-videos', 'coverage'].includes(entry.name);
    if (entry.isDirectory() && !isOther) found.push(...(await filesBelow(path, ending)));
    if (entry.isFile() && entry.name.endsWith(ending)) found.push(path);
  }
  return found;
}

/** The quoted words that a pattern finds in a source. */
export function wordsIn(source: string, pattern: RegExp): string[] {
  return [...source.matchAll(pattern)].map(([, word = '']) => word);
}

/** The words that the text does not have as code, `like this`; where there are no words at all, that is wrong too. */
export function unnamed(text: string, words: readonly string[]): string[] {
  return words.length === 0 ? ['no words found'] : words.filter((word) => !text.includes(`\`${word}\``));
}

/** In the order of their letters. */
export function sorted(words: Iterable<string>): string[] {
  return [...words].toSorted((a, b) => (a < b ? -1 : 1));
}

/**
 * The text with its generated part replaced, between `<!-- name:start -->` and `<!-- name:end -->`.
 * @throws Error where the marks are not there exactly once
 */
export function withPart(text: string, name: string, generated: string): string {
  const [before, rest, ...more] = text.split(`<!-- ${name}:start -->\n`);
  const [, after, ...others] = (rest ?? '').split(`<!-- ${name}:end -->`);
  if (rest === undefined || after === undefined || more.length + others.length > 0)
    throw new Error(`the marks of ${name} must be there once`);
  return `${before}<!-- ${name}:start -->\n${generated}<!-- ${name}:end -->${after}`;
}

/** A document without its blocks of code, which may hold lines that look like headings or links. */
export function withoutCode(text: string): string {
  return text.replaceAll(/^```[\s\S]*?^```/gm, '');
}

/** The titles of a document's headings, in order. */
export function titlesOf(text: string): string[] {
  return wordsIn(withoutCode(text), /^#+ (.+)$/gm);
}

/** The anchors of a document's headings, as GitHub makes them. */
export function anchorsOf(text: string): string[] {
  return titlesOf(text).map((title) => {
    const kept = title.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, '');
    return kept.replaceAll(' ', '-');
  });
}
