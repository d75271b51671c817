import {
  DEAD_LETTER_CLASSES,
  DEAD_LETTERS,
  GATE_MODES,
  GATES,
  GENERATION_STATES,
  POOL_SETTING_DEFAULTS,
  type DeadLetterRow,
} from '@kieq/domain';
import type { SettingKind } from './heads.ts';

/** The settings of the pool that scripts read, by their name in Redis. */
export const SETTINGS: Readonly<Record<string, SettingKind>> = { ...POOL_SETTING_DEFAULTS, accountFingerprint: 'text' };

/** The tables of the domain as Lua functions. A function that is not called costs a script less than a table. */
export const TABLES_LUA = [
  lookup(
    'isKnownClass',
    ['class'],
    DEAD_LETTER_CLASSES.map((name) => [[name], 'true']),
  ),
  trait('isHeld'),
  trait('isGivenUp'),
  trait('neverHadATask'),
  trait('isCreatedAnew'),
  trait('killsWithoutRecord'),
  lookup('resumesAt', ['class'], column('resumesAt')),
  lookup('payAgainResumesAt', ['class'], column('payAgainResumesAt')),
  lookup(
    'mayKill',
    ['class', 'state'],
    DEAD_LETTER_CLASSES.flatMap((name) => DEAD_LETTERS[name].killsFrom.map((from) => [[name, from], 'true'] as const)),
  ),
  lookup(
    'modeOf',
    ['reason'],
    Object.entries(GATES).map(([reason, { mode }]) => [[reason], quoted(mode)]),
  ),
  lookup(
    'isKnownMode',
    ['mode'],
    GATE_MODES.map((mode) => [[mode], 'true']),
  ),
  lookup(
    'isState',
    ['state'],
    GENERATION_STATES.map((state) => [[state], 'true']),
  ),
  `local STATES = { ${GENERATION_STATES.map(quoted).join(', ')} }`,
].join('\n');

type Row = readonly [readonly string[], string];

/** A function that returns nil for words without a row. */
function lookup(name: string, parameters: readonly string[], rows: readonly Row[]): string {
  const cases = rows.map(([words, answer]) => {
    const condition = words.map((one, i) => `${parameters[i]} == ${quoted(one)}`).join(' and ');
    return `  if ${condition} then return ${answer} end`;
  });
  return [`local function ${name}(${parameters.join(', ')})`, ...cases, 'end'].join('\n');
}

function trait(name: 'isHeld' | 'isGivenUp' | 'neverHadATask' | 'isCreatedAnew' | 'killsWithoutRecord'): string {
  const having = DEAD_LETTER_CLASSES.filter((one) => DEAD_LETTERS[one][name]);
  return lookup(
    name,
    ['class'],
    having.map((one) => [[one], 'true']),
  );
}

function column(field: Extract<keyof DeadLetterRow, 'resumesAt' | 'payAgainResumesAt'>): Row[] {
  return DEAD_LETTER_CLASSES.flatMap((name): Row[] => {
    const value = DEAD_LETTERS[name][field];
    return value === null ? [] : [[[name], quoted(value)]];
  });
}

function quoted(word: string): string {
  return `'${word}'`;
}
