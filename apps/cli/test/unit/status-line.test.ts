import { describe, expect, it } from 'vitest';
import { StatusLine } from '../../src/status-line.ts';

const BACK = '\r\u001B[2K';

/** What a terminal shows in the end: the last line is the one that is written over. */
function screen(written: string): string[] {
  const lines = [''];
  for (const part of written.split(new RegExp(`(\n|${BACK.replace('[', '\\[')})`))) {
    if (part === '\n') lines.push('');
    else if (part === BACK) lines[lines.length - 1] = '';
    else lines[lines.length - 1] += part;
  }
  return lines;
}

function open(isTTY: boolean): { line: StatusLine; write: (text: string) => void; seen: () => string[] } {
  let written = '';
  const write = (text: string): void => void (written += text);
  const line = new StatusLine({ write, isTTY, columns: 20 });
  return { line, write, seen: () => screen(written) };
}

describe('the line that is written over', () => {
  it('shows the last text only, cut to the width of the terminal', () => {
    const { line, seen } = open(true);
    line.show('one');
    line.show('a text that is longer than the terminal is wide');
    expect(seen()).toEqual(['a text that is long']);
    line.show('');
    expect(seen()).toEqual(['']);
  });

  it('stays below what is written meanwhile', () => {
    const { line, write, seen } = open(true);
    line.show('1 of 2');
    line.above(() => write('first\n'));
    line.above(() => write('second\n'));
    expect(seen()).toEqual(['first', 'second', '1 of 2']);
    line.show('');
    line.above(() => write('third\n'));
    expect(seen()).toEqual(['first', 'second', 'third', '']);
  });

  it('cannot be made to steer the terminal', () => {
    const { line, seen } = open(true);
    line.show('a\u001B[2Jb\nc');
    expect(seen()).toEqual([String.raw`a\u001b[2Jb c`]);
  });

  it('does not exist where no person looks on', () => {
    const { line, write, seen } = open(false);
    line.show('1 of 2');
    line.above(() => write('first\n'));
    expect(seen()).toEqual(['first', '']);
  });
});
