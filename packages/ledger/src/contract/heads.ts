import { bodyOf, partsFor, type Library, type Part } from './compose.ts';
import type { Fields } from './codec.ts';
import type { Replies, Transition } from './transition.ts';

/**
 * The Lua between a script and the wire: its arguments (`ARGS`), what it reads of the pool's settings (`SETTINGS`) and of
 * its record (`load`), and its replies (`reply`). Arguments and replies come from the definition
 * of the transition; which settings and fields are read, from the text of the script and of the functions that it uses.
 */

/** A setting of the pool, as scripts read it. */
export type SettingKind = number | 'text';

/** What scripts may use. */
export interface Shared {
  /** Keys and time, which all other functions use. */
  readonly base: Library;
  readonly functions: Library;
  /** Every setting that a script may read: its default, or `text` for one without. */
  readonly settings: Readonly<Record<string, SettingKind>>;
}

/** @throws SyntaxError for a setting that does not exist */
export function withHeads(source: string, transition: Transition<never, unknown>, shared: Shared): string {
  const own = bodyOf(source);
  const isWriting = partsFor(own, shared.functions).some(({ names }) => names.includes('OWNER'));
  const library = [
    ...shared.base,
    written('SETTINGS', 'ROOT'),
    written('ARGS'),
    written('load', 'recordKey'),
    ...shared.functions,
    written('reply', ...(isWriting ? ['save'] : [])),
  ];
  const parts = partsFor(own, library);
  const names = new Set(parts.flatMap((part) => part.names));
  const text = withoutComments([...parts.flatMap(({ lines }) => lines), own].join('\n'));
  const heads: Readonly<Record<string, () => string[]>> = {
    SETTINGS: () => settingsHead(settingsIn(text), shared.settings),
    ARGS: () => argsHead(transition.args),
    load: () =>
      loadHead([...fieldsIn(text), ...transition.alsoReads], names.has('attemptOf') || names.has('addToAttempt')),
    reply: () => replyHead(transition.reply, isWriting),
  };
  const lines = parts.flatMap((part) => heads[part.names[0] ?? '']?.() ?? part.lines);
  return [source.slice(0, source.indexOf('\n')), ...lines, own].join('\n');
}

/** A part that is in no file. */
function written(name: string, ...uses: readonly string[]): Part {
  return { names: [name], lines: [], uses: new Set(uses) };
}

function withoutComments(lua: string): string {
  return lua.replaceAll(/--.*$/gm, '');
}

function found(lua: string, pattern: RegExp): string[] {
  return [...new Set(Array.from(lua.matchAll(pattern), (match) => match[1] ?? match[2] ?? ''))];
}

/** The fields of its record that this Lua reads, or sets by name. */
function fieldsIn(lua: string): string[] {
  return found(lua, /\brecord\.(\w+)|\bnum\(record, '(\w+)'\)/g).filter((field) => field !== 'id');
}

function settingsIn(lua: string): string[] {
  return found(lua, /\bSETTINGS\.(\w+)/g);
}

function settingsHead(names: readonly string[], settings: Shared['settings']): string[] {
  const values = names.map((name, i) => {
    const kind = settings[name];
    if (kind === undefined) throw new SyntaxError(`there is no setting ${name} that a script may read`);
    return `${name} = ${kind === 'text' ? `stored[${i + 1}] or nil` : `tonumber(stored[${i + 1}]) or ${kind}`}`;
  });
  return [
    `local stored = redis.call('HMGET', ROOT .. 'config', ${names.map((name) => `'${name}'`).join(', ')})`,
    `local SETTINGS = { ${values.join(', ')} }`,
  ];
}

function argsHead(args: Fields): string[] {
  const values = Object.entries(args).map(([name, kind], i) => `${name} = ${kind.unpack(`ARGV[${i + 1}]`)}`);
  return [`local ARGS = { ${values.join(', ')} }`];
}

/** Attempts read by one command: Lua unpacks at most some thousands of values. */
const ATTEMPTS_AT_ONCE = 1000;

/** The fields of the record that the script reads; nil where there is none. */
function loadHead(fields: readonly string[], withAttempts: boolean): string[] {
  const others = [...new Set([...fields, ...(withAttempts ? ['attempts', 'a:1'] : [])])].filter(
    (one) => one !== 'state',
  );
  const wanted = ['state', ...others];
  return [
    'local function load(id)',
    `  local v = redis.call('HMGET', recordKey(id), ${wanted.map((field) => `'${field}'`).join(', ')})`,
    '  if not v[1] then return nil end',
    `  local record = { id = id, state = v[1], ${others.map((field, i) => `['${field}'] = v[${i + 2}] or nil`).join(', ')} }`,
    ...(withAttempts
      ? [
          `  for from = 2, tonumber(record.attempts) or 0, ${ATTEMPTS_AT_ONCE} do`,
          '    local names = {}',
          `    for n = from, math.min(from + ${ATTEMPTS_AT_ONCE - 1}, record.attempts) do names[#names + 1] = 'a:' .. n end`,
          "    for i, json in ipairs(redis.call('HMGET', recordKey(id), unpack(names))) do record[names[i]] = json or nil end",
          '  end',
        ]
      : []),
    '  return record',
    'end',
  ];
}

function replyHead(replies: Replies, isWriting: boolean): string[] {
  return [
    'local function reply(answer)',
    ...(isWriting ? ['  save()'] : []),
    '  local kind = answer.kind',
    ...Object.entries(replies).map(([kind, fields]) => {
      const packed = Object.entries(fields).map(([field, one]) => `, ${one.pack(`answer.${field}`)}`);
      return `  if kind == '${kind}' then return { kind${packed.join('')} } end`;
    }),
    "  error('there is no reply ' .. tostring(kind))",
    'end',
  ];
}
