/**
 * Composes a script with the shared functions that it uses. Redis runs the whole text at each call, so every unused
 * function would cost time in each call.
 */

/** A statement of the outermost level of a shared file: one function, table or value. */
export interface Part {
  readonly names: readonly string[];
  readonly lines: readonly string[];
  readonly uses: ReadonlySet<string>;
}

/** The shared functions, each after those that it uses. */
export type Library = readonly Part[];

const DECLARATION = /^local (?:function (?<name>\w+)|(?<names>\w+(?:, \w+)*) =)/;

/**
 * @param sources Lua files of nothing but local functions and values, in the order in which they build on each other
 * @throws SyntaxError for a line on the outermost level that declares nothing
 */
export function parseLibrary(sources: readonly string[]): Library {
  return sources.flatMap((source) => partsOf(source.split('\n')));
}

/** The parts that a piece of Lua uses, and those that these use. */
export function partsFor(lua: string, library: Library): Part[] {
  const wanted = new Set(wordsOf(lua));
  const chosen: Part[] = [];
  // From the end: every user of a part comes after it.
  for (const part of library.toReversed()) {
    if (!part.names.some((name) => wanted.has(name))) continue;
    chosen.unshift(part);
    for (const word of part.uses) wanted.add(word);
  }
  return chosen;
}

/** The text after the first line, which names the engine. */
export function bodyOf(source: string): string {
  return source.slice(source.indexOf('\n') + 1);
}

/** @param source its first line, which names the engine, stays the first one */
export function compose(source: string, library: Library): string {
  const own = bodyOf(source);
  const shared = partsFor(own, library).flatMap(({ lines }) => lines);
  return [source.slice(0, source.indexOf('\n')), ...shared, own].join('\n');
}
function partsOf(lines: readonly string[]): Part[] {
  const parts: Part[] = [];
  for (let from = 0; from < lines.length;) {
    const line = lines[from] ?? '';
    if (line === '' || line.startsWith('--')) {
      from += 1;
      continue;
    }
    const { name, names } = DECLARATION.exec(line)?.groups ?? {};
    const declared = name ?? names;
    if (declared === undefined)
      throw new SyntaxError(`a top-level line of the shared Lua must declare a name, received: ${line}`);
    const to = endOf(lines, from);
    const own = lines.slice(from, to);
    parts.push({ names: declared.split(', '), lines: own, uses: new Set(wordsOf(own.join('\n'))) });
    from = to;
  }
  return parts;
}

/** The index after its last line: lines that belong to it are indented, or close it. */
function endOf(lines: readonly string[], from: number): number {
  let to = from + 1;
  while (/^(?:\s|end\b|\})/.test(lines[to] ?? '')) to += 1;
  return to;
}

/** Names that may refer to a shared part; strings, comments and fields do not. */
function wordsOf(lua: string): string[] {
  return (
    lua
      .replaceAll(/--.*$/gm, '')
      .replaceAll(/'[^'\n]*'/g, "''")
      .match(/(?<![.\w])[A-Za-z_]\w*/g) ?? []
  );
}
