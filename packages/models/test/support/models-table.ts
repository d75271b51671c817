import { estimate, exampleInput, MODELS, SOURCES, type ImageField, type KieModel } from '@kieq/models';

const HEAD = `| model | kind | images | seconds | sound | credits of the example | source, day |
|---|---|---|---|---|---|---|
`;

/** Every model of the catalogue as a row, for people who choose one. */
export function modelsTable(): string {
  return `${HEAD}${MODELS.map((model) => `| ${cellsOf(model).join(' | ')} |\n`).join('')}`;
}

/** What the letters of the last column mean. */
export function sourcesTable(): string {
  const rows = Object.entries(SOURCES).map(([id, { what, date }]) => `| ${id} | ${what} | ${date} |\n`);
  return `| source | what it is | read on |\n|---|---|---|\n${rows.join('')}`;
}

function cellsOf(model: KieModel): readonly string[] {
  const { id, kind, images, sound } = model;
  return [
    code(id),
    kind,
    images.map(imageCell).join(', ') || '–',
    secondsCell(model),
    soundCell(sound),
    ...priceCells(model),
  ];
}

function imageCell({ field, min, max }: ImageField): string {
  const count = min === max ? String(max) : `${min}–${max}`;
  return `${code(field)} ${count}`;
}

/** Values as JSON: text for one model is a number for another. */
function secondsCell({ input, duration }: KieModel): string {
  const { field, options = [], min, max, fixedSeconds, open = [] } = duration;
  if (fixedSeconds !== undefined) return `always ${fixedSeconds}`;
  if (field === undefined) return 'as its audio or video';
  const isText = input[field]?.type === 'string';
  const literal = (one: string | number): string => code(JSON.stringify(isText ? String(one) : one));
  const lengths = options.filter((one) => !open.includes(one)).map(Number);
  const range = rangeOf(lengths) ?? (min === undefined || max === undefined ? undefined : [min, max]);
  const closed = range === undefined ? lengths.map(literal).join(' ') : range.map(literal).join(' to ');
  const followed = closed === '' ? 'not known' : closed;
  return `${code(field)}: ${[followed, ...open.map(literal)].join(', ')}`;
}

/** The first and the last of at least three whole numbers in a row. */
function rangeOf(lengths: readonly number[]): readonly [number, number] | undefined {
  const [first, last] = [lengths[0], lengths.at(-1)];
  const isRow = lengths.length > 2 && lengths.every((one, i) => i === 0 || one === (lengths[i - 1] ?? 0) + 1);
  return isRow && first !== undefined && last !== undefined ? [first, last] : undefined;
}

function soundCell({ field, always }: KieModel['sound']): string {
  if (field !== undefined) return code(field);
  return always === undefined ? 'not known' : always ? 'always' : 'never';
}

function priceCells(model: KieModel): readonly [string, string] {
  const result = estimate(model, exampleInput(model));
  if (result.kind === 'unknown') return ['–', '–'];
  const { low, high, source, date } = result.estimate;
  if (high === null) return [`${low} for each second`, `${source}, ${date}`];
  return [low === high ? String(low) : `${low}–${high}`, `${source}, ${date}`];
}

function code(text: string): string {
  return `\`${text}\``;
}
