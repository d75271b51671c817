import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { SCRIPT_NAMES } from '../../src/scripts.ts';
import { createTransitions, type Transitions } from '../../src/transitions.ts';

const SRC = new URL('../../src/', import.meta.url);
const LUA = new URL('../../lua/', import.meta.url);

/** Types are gone at run time, so that their text is read; the formatter keeps it regular. */
const types = readdirSync(SRC)
  .map((file) => withoutComments(readFileSync(new URL(file, SRC), 'utf8')))
  .join('\n');

function withoutComments(source: string): string {
  return source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
}

/** What a Lua file reads of the arguments. */
function readBy(name: string): string[] {
  const lua = readFileSync(new URL(`${name}.lua`, LUA), 'utf8').replaceAll(/--.*$/gm, '');
  return [...new Set(lua.match(/(?<=\bARGS\.)\w+/g))].toSorted();
}

/** What `ScriptArgs` says of a script. */
function sentTo(script: string): string[] {
  const map = bodyOf('interface ScriptArgs');
  const [, type = ''] = new RegExp(`^  ${script}: ([\\s\\S]*?);$`, 'm').exec(map) ?? [];
  const name = /^\w+$/.exec(type)?.[0];
  if (name === 'object') return [];
  return membersOf(name === undefined ? type : declared(name));
}

function declared(name: string): string {
  return types.includes(`interface ${name} {`) ? bodyOf(`interface ${name}`) : bodyOf(`type ${name} =`);
}

/** The declaration that begins so: to its closing brace, or to the next line that is not indented. */
function bodyOf(head: string): string {
  const from = types.indexOf(head);
  if (from === -1) throw new Error(`no declaration begins with ${head}`);
  return /[\s\S]*?\n(?=\S|$)(?:\}.*)?/.exec(types.slice(from))?.[0] ?? '';
}

/** Names of the properties on the first level of an object type, or of each member of a union of such. */
function membersOf(type: string): string[] {
  const found = new Set<string>();
  let depth = 0;
  for (const [token] of type.matchAll(/[{}()<>[\]]|\b\w+\??(?=:)/g)) {
    if ('{(<['.includes(token)) depth += 1;
    else if ('})>]'.includes(token)) depth -= 1;
    else if (depth === 1) found.add(token.replace('?', ''));
  }
  return [...found].toSorted();
}

describe('the arguments of a script', () => {
  // An argument that no caller can send is a wish of the caller that is dropped: `kill` read a priority that way.
  test.each(SCRIPT_NAMES)('%s reads what its callers send, and nothing else', (script) => {
    expect(readBy(script)).toEqual(sentTo(script));
  });

  test('are read by nothing that scripts share', () => {
    const shared = readdirSync(new URL('lib/', LUA)).map((file) => `lib/${file.replace('.lua', '')}`);
    expect(shared.flatMap(readBy)).toEqual([]);
  });

  // A spread brings along whatever it finds, and what no script reads is a wish that is dropped: `pnpm types` fails where
  // one of these lines compiles.
  test('are no more than the declared ones, within an object, too, and where they are spread', async () => {
    const transitions: Transitions = createTransitions({ run: () => Promise.resolve({ ok: 'missing' }) });
    const times = { firstMs: 1, capMs: 1 };
    const evidence = { summary: 'seen' };
    const lost = { id: 'gen_1', tokenHash: 'x', answered: false, latencyMs: 1, evidence, gateAfter: 5 };
    const stray = { keyed: true };
    // @ts-expect-error: no such field
    await transitions.lose({ ...lost, times, ...stray });
    // @ts-expect-error: no such field within
    await transitions.lose({ ...lost, times: { ...times, ...stray } });
    await expect(transitions.lose({ ...lost, times })).resolves.toEqual({ ok: 'missing' });
  });

  test('are found: a script with many and one with few', () => {
    expect(sentTo('gate')).toEqual(['action', 'balance', 'detail', 'everyMs', 'reason']);
    expect(sentTo('cancel')).toEqual(['id']);
    expect(readBy('refuse')).toContain('vehicleCheckMs');
  });
});
