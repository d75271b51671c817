import type { Estimates, KieModel, PriceRow } from '@kieq/models';
import type { RefreshStep } from '@kieq/queue';
import type { Paint } from './paint.ts';
import { fields, headedTable, section } from './table.ts';

/** Models shown in the table of estimates; a file may have thousands of requests. */
const SHOWN_ITEMS = 20;

/** The catalogue as a table. */
export function modelsText(models: readonly KieModel[], paint: Paint): string {
  const rows = models.map((model) => [
    model.id,
    model.kind,
    model.images.map(({ field }) => field).join(', '),
    lengthText(model.duration),
    soundText(model.sound),
  ]);
  return headedTable(['model', 'kind', 'images', 'seconds', 'sound'], rows, { paint });
}

/** Everything about one model. */
export function modelText(model: KieModel, paint: Paint): string {
  const { id, kind, status, source, resolution, images, duration, sound, prices, notes = [] } = model;
  return [
    fields([
      ['model', id],
      ['kind', kind],
      ['status', `${status} (source ${source})`],
      ['images', images.map(({ field, role, min, max }) => `${field}: ${role}, ${min} to ${max}`).join('; ')],
      ['seconds', lengthText(duration)],
      ['sound', soundText(sound)],
      ['resolution', resolution === undefined ? undefined : `${resolution.field}: ${resolution.options.join(', ')}`],
    ]),
    section('input', inputText(model, paint), paint),
    section('prices', prices.map(priceText).join('\n'), paint),
    ...(notes.length === 0 ? [] : [section('the sources differ', notes.map((note) => `  ${note}`).join('\n'), paint)]),
  ].join('\n\n');
}

function inputText({ input }: KieModel, paint: Paint): string {
  const rows = Object.entries(input).map(([name, field]) => [
    name,
    field.type,
    field.required === true ? 'required' : '',
    field.default === undefined ? '' : `default ${JSON.stringify(field.default)}`,
    field.enum === undefined ? '' : field.enum.map((one) => JSON.stringify(one)).join(', '),
  ]);
  return headedTable(['field', 'type', '', '', 'values'], rows, { paint, indent: '  ' });
}

function priceText({ unit, source, date, variants, note }: PriceRow): string {
  const lines = variants.map(({ when, credits }) => {
    const conditions = Object.entries(when).map(([name, value]) => `${name} ${String(value)}`);
    return `    ${credits} credits for each ${unit}${conditions.length === 0 ? '' : `: ${conditions.join(', ')}`}`;
  });
  return [`  ${date}, source ${source}${note === undefined ? '' : ` (${note})`}`, ...lines].join('\n');
}

function lengthText({ field, options, min, max, fixedSeconds, followsInput }: KieModel['duration']): string {
  if (fixedSeconds !== undefined) return String(fixedSeconds);
  if (options !== undefined) return `${field ?? ''}: ${options.join(', ')}`;
  if (field !== undefined) return `${field}: ${min ?? '?'} to ${max ?? '?'}`;
  return followsInput === true ? 'as its audio or video' : 'unknown';
}

function soundText({ field, always }: KieModel['sound']): string {
  if (field !== undefined) return field;
  return always === undefined ? 'unknown' : always ? 'always' : 'never';
}

/** Estimates of requests, and their total. */
export function estimatesText({ items, total }: Estimates, paint: Paint): string {
  const rows = items
    .slice(0, SHOWN_ITEMS)
    .map(({ model, estimate, reason = '' }) =>
      estimate === null
        ? [model, paint.warn('unknown'), '', reason]
        : [
            model,
            range(estimate.low, estimate.high),
            `${range(estimate.lowUsd, estimate.highUsd)} USD`,
            `source ${estimate.source}, ${estimate.date}. ${estimate.notes.join(' ')}`.trim(),
          ],
    );
  const more = items.length > SHOWN_ITEMS ? [`and ${items.length - SHOWN_ITEMS} more`] : [];
  const unknown = total.unknown === 0 ? '' : `; ${total.unknown} of ${items.length} requests have no estimate`;
  const sum = `total: ${range(total.low, total.high)} credits, ${range(total.lowUsd, total.highUsd)} USD${unknown}`;
  return [headedTable(['model', 'credits', '', ''], rows, { paint }), ...more, sum].join('\n');
}

/** What a refresh found. */
export interface Refreshed {
  /** Models of the built-in catalogue that Kie has, with what it says otherwise. */
  readonly models: readonly { readonly id: string; readonly differences: readonly string[] }[];
  /** Models that Kie lists and the built-in catalogue does not have. */
  readonly others: readonly string[];
  /** Questions that Kie did not answer. */
  readonly problems: readonly RefreshStep[];
}

/** What Kie's own catalogue says otherwise. */
export function refreshText({ models, others, problems }: Refreshed, paint: Paint): string {
  const differing = models.filter(({ differences }) => differences.length > 0);
  const listed = models.length === 1 ? '1 model of the catalogue is' : `${models.length} models of the catalogue are`;
  const verb = differing.length === 1 ? 'differs' : 'differ';
  const count = models.length === 1 ? '' : `${differing.length} `;
  const parts = [
    differing.length === 0
      ? `${listed} listed by Kie, and no difference to the built-in facts was found`
      : `${listed} listed by Kie, and ${count}${verb} from the built-in facts:`,
    ...differing.map(({ id, differences }) => [`  ${id}`, ...differences.map((one) => `    ${one}`)].join('\n')),
    ...(others.length === 0 ? [] : [`Kie lists ${others.length} more: ${others.slice(0, SHOWN_ITEMS).join(', ')}`]),
    ...problems.map(({ part, model, problem = '' }) => paint.warn(`no ${part} of ${model}: ${problem}`)),
  ];
  return parts.join('\n');
}

function range(low: number, high: number | null): string {
  if (high === null) return `from ${low}`;
  return low === high ? String(low) : `${low} to ${high}`;
}
