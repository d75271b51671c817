import { filesBelow, read } from '../documents.ts';

/** A fenced block of code in a document. */
export interface Block {
  readonly path: string;
  /** Of its first fence. */
  readonly line: number;
  readonly language: string;
  readonly text: string;
  /** The name in a comment right before it, `<!-- runs: name -->`: the test that runs it finds it by this. */
  readonly runs?: string;
}

/** A fence with its indentation, what stands in it, and the comment before it. */
const FENCED = /(?:^<!-- runs: ([\w-]+) -->\n)?^( *)```(\S*)[^\n]*\n([\s\S]*?)^\2```$/gm;

/** The blocks of one document, in order. */
export function blocksIn(path: string, markdown: string): Block[] {
  return [...markdown.matchAll(FENCED)].map(
    ({ 1: runs, 2: indent = '', 3: language = '', 4: body = '', index, 0: all }) => ({
      path,
      line: markdown.slice(0, index + all.indexOf('```')).split('\n').length,
      language,
      text: indent === '' ? body : body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      ...(runs === undefined ? {} : { runs }),
    }),
  );
}

/** Those of every document of the repository. */
export async function allBlocks(): Promise<Block[]> {
  const paths = (await filesBelow('.', '.md')).toSorted();
  return (await Promise.all(paths.map(async (path) => blocksIn(path, await read(path))))).flat();
}
