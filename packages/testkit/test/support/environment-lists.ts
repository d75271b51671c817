import { ENVIRONMENT, type EnvironmentEntry } from '@kieq/config';

/** Speeds a demo up; an operator has no use for it. */
const UNSHOWN = 'KIEQ_TIME_SCALE';

/** `.env.example` with the default of every key of the catalogue, and with no other key. Comments stay. */
export function exampleWith(text: string, catalogue: readonly EnvironmentEntry[] = ENVIRONMENT): string {
  const shown = catalogue.filter(({ key }) => key !== UNSHOWN);
  const keyOf = (line: string): string | undefined => /^#?([A-Z][A-Z_]+)=/.exec(line)?.[1];
  const all = withLines(text, shown, keyOf, (entry) => `${entry.default === 'required' ? '' : '#'}${entry.key}=`);
  const lines = all.split('\n').flatMap((line) => {
    const key = keyOf(line);
    const entry = shown.find((one) => one.key === key);
    if (key === undefined || entry?.default === 'required') return [line];
    return entry === undefined ? [] : [line.replace(/=.*$/, `=${defaultOf(entry)}`)];
  });
  return lines.join('\n');
}

/** `docker-compose.yml` with every key of the catalogue, in each list that has the keys of its group. */
export function composeWith(text: string, catalogue: readonly EnvironmentEntry[] = ENVIRONMENT): string {
  const keyOf = (line: string): string | undefined => /^ {2,}([A-Z][A-Z_]+):/.exec(line)?.[1];
  return withLines(text, catalogue, keyOf, ({ key }, behind) => `${/^ */.exec(behind)?.[0]}${key}:`);
}

/** Adds a line for each key that has none, behind every line of the key before it in its group. */
function withLines(
  text: string,
  catalogue: readonly EnvironmentEntry[],
  keyOf: (line: string) => string | undefined,
  lineFor: (entry: EnvironmentEntry, behind: string) => string,
): string {
  let lines = text.split('\n');
  const isThere = ({ key }: EnvironmentEntry): boolean => lines.some((line) => keyOf(line) === key);
  for (const [i, entry] of catalogue.entries()) {
    if (isThere(entry)) continue;
    const before = catalogue.slice(0, i).findLast((one) => one.group === entry.group && isThere(one));
    if (before === undefined) throw new Error(`${entry.key} is the first of its group: add its line by hand`);
    lines = lines.flatMap((line) => (keyOf(line) === before.key ? [line, lineFor(entry, line)] : [line]));
  }
  return lines.join('\n');
}

/** `none` stands for no value, but where it is one. */
function defaultOf({ key, default: text }: EnvironmentEntry): string {
  return text === 'none' && key !== 'KIEQ_INTENT_DURABILITY' ? '' : text;
}
