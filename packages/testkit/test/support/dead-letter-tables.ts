import { DEAD_LETTER_CLASSES, DEAD_LETTERS, type DeadLetterRow } from '@kieq/domain';

interface Column {
  readonly title: string;
  cell(row: DeadLetterRow): string;
}

const state = (name: string | null): string => (name === null ? '–' : `\`${name}\``);
const yes = (is: boolean): string => (is ? 'yes' : '–');

function table(columns: readonly Column[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rows = DEAD_LETTER_CLASSES.map((name) =>
    line([`\`${name}\``, ...columns.map(({ cell }) => cell(DEAD_LETTERS[name]))]),
  );
  const titles = line(['class', ...columns.map(({ title }) => title)]);
  return [titles, `|${'---|'.repeat(columns.length + 1)}`, ...rows, ''].join('\n');
}

/** What an operator decides by. */
export const operatorTable = (): string =>
  table([
    { title: 'redrive resumes at', cell: ({ resumesAt }) => state(resumesAt) },
    { title: 'with `--pay-again`', cell: ({ payAgainResumesAt }) => state(payAgainResumesAt) },
    { title: 'held', cell: ({ isHeld }) => yes(isHeld) },
    { title: 'what to know', cell: ({ advice }) => advice },
  ]);

/** What the transitions and the callers' view go by. */
export const transitionTable = (): string =>
  table([
    { title: 'killed out of', cell: killedOutOf },
    { title: 'given up', cell: ({ isGivenUp }) => yes(isGivenUp) },
    { title: 'never had a task', cell: ({ neverHadATask }) => yes(neverHadATask) },
    { title: 'adopted by a person', cell: ({ mayBeAdopted }) => yes(mayBeAdopted) },
    { title: 'created again', cell: ({ isCreatedAnew }) => yes(isCreatedAnew) },
    { title: "in Kie's words", cell: ({ isRefusal }) => yes(isRefusal) },
    { title: 'callers are told', cell: told },
  ]);

function killedOutOf({ killsFrom, killsWithoutRecord }: DeadLetterRow): string {
  const states = [...killsFrom.map(state), ...(killsWithoutRecord ? ['no record'] : [])];
  return states.length === 0 ? '–' : states.join(', ');
}

function told({ callerText, freeText, tellsSummary }: DeadLetterRow): string {
  const text = freeText === null ? callerText : `${callerText} *${freeText}*`;
  return tellsSummary ? `${text} (what is wrong)` : text;
}
