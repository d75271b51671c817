import type { Alert, AlertGroup } from './files.ts';
import { firstSentence, type Runbook } from './runbooks.ts';
import { escaped, linesOf } from './svg-text.ts';

/**
 * The picture of docs/operations.md: questions in the order in which an operator asks them at night, and for each the
 * critical alerts that answer "no", with the first check and the first step of their entries. It is drawn for the width
 * of a telephone.
 */
const QUESTIONS: readonly (readonly [group: string, question: string])[] = [
  ['kieq-processes', 'Does work go on?'],
  ['kieq-redis', 'Is Redis safe?'],
  ['kieq-money', 'Is the money in order?'],
  ['kieq-submissions', 'Does Kie take submissions?'],
  ['kieq-results', 'Do polls and deliveries go on?'],
  ['kieq-archive', 'Are paid videos saved?'],
  ['kieq-gateway', 'Are callers served?'],
];

const WIDTH = 480;
const LEFT = 26;
const LABEL = 40;
const LINE = 17;
/** Of the name of an alert, which is smaller. */
const NAME_LINE = 14;
const TEXT_WIDTH = WIDTH - LEFT - LABEL - 12;

/** A part of the picture that knows its height, in px, and draws itself from a top edge on. */
interface Block {
  readonly height: number;
  draw(top: number): string;
}

/**
 * @throws Error where a group of rules has no question, or an alert no entry
 */
export function nightPicture(groups: readonly AlertGroup[], runbooks: readonly Runbook[]): string {
  const strange = groups.filter(({ name }) => !QUESTIONS.some(([group]) => group === name));
  if (strange.length > 0) throw new Error(`no question for ${strange.map(({ name }) => name).join(', ')}`);
  const asked = QUESTIONS.flatMap(([name, question], i) => {
    const critical = (groups.find((group) => group.name === name)?.rules ?? []).filter(isCritical);
    return [heading(`${i + 1}. ${question}`, 'yes ↓'), ...critical.map((alert) => row(alert, runbooks))];
  });
  const start = [heading('An alert, or a complaint', ''), plain('`kieq doctor`, then `kieq status`; then ask:')];
  const end = [heading('All yes: the rest can wait for the morning', '')];
  return drawn([...start, ...asked, ...end]);
}

export const isCritical = ({ labels }: Alert): boolean => labels.severity === 'critical';

function drawn(blocks: readonly Block[]): string {
  let top = 10;
  const parts = blocks.map((block) => {
    const part = block.draw(top);
    top += block.height;
    return part;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${top + 6}" viewBox="0 0 ${WIDTH} ${top + 6}" font-family="sans-serif" font-size="13" fill="#1b1f24">`,
    `<rect width="${WIDTH}" height="${top + 6}" fill="#fff"/>`,
    ...parts,
    '</svg>\n',
  ].join('\n');
}

function heading(text: string, answer: string): Block {
  return {
    height: 36,
    draw: (top) =>
      [
        `<rect x="8" y="${top}" width="${WIDTH - 16}" height="26" rx="5" fill="#dde7f3"/>`,
        `<text x="18" y="${top + 18}" font-weight="bold">${escaped(text)}</text>`,
        `<text x="${WIDTH - 18}" y="${top + 18}" text-anchor="end" fill="#1a7f37">${answer}</text>`,
      ].join('\n'),
  };
}

function plain(text: string): Block {
  const lines = linesOf(text, TEXT_WIDTH);
  return {
    height: lines.length * LINE + 10,
    draw: (top) => textLines(lines, LEFT, top),
  };
}

/** One alert: what is wrong, and behind it the two steps. */
function row(alert: Alert, runbooks: readonly Runbook[]): Block {
  const runbook = runbooks.find((one) => one.alert === alert.alert);
  if (runbook === undefined) throw new Error(`${alert.alert} has no entry`);
  const wrong = linesOf(spoken(alert.annotations.summary), WIDTH - LEFT - 50);
  const steps = [
    ['look', stepOf(runbook.look)],
    ['do', stepOf(runbook.remedy)],
  ] as const;
  const height = NAME_LINE + (wrong.length + steps.flatMap(([, lines]) => lines).length) * LINE;
  return { height: height + 12, draw: (top) => drawnRow(top, height, { name: alert.alert, wrong, steps }) };
}

function stepOf(markdown: string): string[] {
  return linesOf(firstSentence(markdown).replace(/\.$/, ''), TEXT_WIDTH);
}

interface Row {
  readonly name: string;
  readonly wrong: readonly string[];
  readonly steps: readonly (readonly [label: string, lines: readonly string[]])[];
}

function drawnRow(top: number, height: number, { name, wrong, steps }: Row): string {
  const parts = [
    `<rect x="14" y="${top}" width="4" height="${height}" fill="#c0392b"/>`,
    `<text x="${LEFT}" y="${top + 10}" font-size="11" fill="#a4262c">${name}</text>`,
    `<g font-weight="bold">${textLines(wrong, LEFT, top + NAME_LINE)}</g>`,
  ];
  let below = top + NAME_LINE + wrong.length * LINE;
  for (const [label, lines] of steps) {
    parts.push(`<text x="${LEFT}" y="${below + 13}" fill="#57606a">${label}</text>`);
    parts.push(textLines(lines, LEFT + LABEL, below));
    below += lines.length * LINE;
  }
  return parts.join('\n');
}

function textLines(lines: readonly string[], x: number, top: number): string {
  return lines.map((line, i) => `<text x="${x}" y="${top + i * LINE + 13}">${line}</text>`).join('\n');
}

/** A summary without the templates of Prometheus: numbers are n, labels their names. */
function spoken(summary: string): string {
  return summary.replaceAll(/\{\{ \$value[^}]*\}\}/g, 'n').replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, '<$1>');
}
