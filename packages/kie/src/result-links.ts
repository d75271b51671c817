import { isHttpUrl, isRecord, parseJson } from './json.ts';

/** Far more than any model returns; further links stay in `resultJson`. */
const MOST_LINKS = 100;
/** Entries of a list that are searched. */
const MOST_ENTRIES = 1000;
/** A signed link with its whole policy has some 2000 characters. */
const LONGEST_LINK = 8192;
/** Levels of lists, objects and JSON in strings that are searched. */
const LEVELS = 8;

/**
 * Names of results, as `nameOf` writes them; the first that has links is the only one that counts. Records have others
 * next to them that are no results of their own: `originUrls`, `resultWaterMarkUrls`, a thumbnail, a last frame.
 */
const RESULT_NAMES = [
  'resulturls',
  'resulturl',
  'videourls',
  'videourl',
  'resultvideourl',
  'resultimageurl',
  'videos',
  'video',
];
/**
 * Names that mean a result only within one: elsewhere they may mean other things. No `images` and no `image_url`: they
 * may be the input, and a wrong link is worse than none, since a missing one is noticed.
 */
const ITEM_NAMES = ['urls', 'url', 'downloadurls', 'downloadurl', 'fileurls', 'fileurl', 'files', 'file'];
/** Names of wrappers around a result. */
const WRAPPER_NAMES = ['resultjson', 'response', 'results', 'result', 'outputs', 'output', 'data', 'info'];
const NAMES = [...RESULT_NAMES, ...ITEM_NAMES, ...WRAPPER_NAMES];
/** Next to a result, in `data` of recordInfo: no `url` there, and never the input images (`param`). */
const RECORD_NAMES = [...RESULT_NAMES, 'results', 'result', 'outputs', 'output', 'info'];

/**
 * The links of a result, in any shape that vendors use: Kie documents `{"resultUrls":[…]}`, others write `result_urls`
 * or `videoUrl`, give a text instead of a list, or objects with `url` (docs/kie/facts.md#recordinfo).
 *
 * The value is untrusted. It is searched once, to a limited depth and breadth; a link is http or https and of limited
 * length.
 * @param value `resultJson` or its replacement: an object, a list, a link, or the JSON text of one of them
 * @returns in the order of the value, without duplicates, at most 100
 */
export function linksIn(value: unknown): readonly string[] {
  const links = new Set<string>();
  collect(value, NAMES, LEVELS, links);
  return [...links];
}

/** The links next to a result, in `data` of recordInfo itself. */
export function linksBeside(record: Readonly<Record<string, unknown>>): readonly string[] {
  const links = new Set<string>();
  collect(record, RECORD_NAMES, LEVELS, links);
  return [...links];
}

/** @returns whether there was one, an already known one included */
function collect(value: unknown, names: readonly string[], levels: number, links: Set<string>): boolean {
  if (levels === 0 || links.size >= MOST_LINKS) return false;
  if (typeof value === 'string') return collectText(value, levels, links);
  if (Array.isArray(value)) return collectList(value, levels, links);
  if (!isRecord(value)) return false;
  const fields = fieldsOf(value);
  return names.some((name) =>
    // The same name may occur in two spellings.
    (fields.get(name) ?? []).some((field) => collect(field, NAMES, levels - 1, links)),
  );
}

function collectText(text: string, levels: number, links: Set<string>): boolean {
  const trimmed = text.trim();
  if (/^["[{]/.test(trimmed)) return collect(parseJson(trimmed), NAMES, levels - 1, links);
  if (trimmed.length > LONGEST_LINK || !isHttpUrl(trimmed)) return false;
  links.add(trimmed);
  return true;
}

function collectList(list: readonly unknown[], levels: number, links: Set<string>): boolean {
  let isAny = false;
  for (const one of list.slice(0, MOST_ENTRIES)) {
    if (collect(one, NAMES, levels - 1, links)) isAny = true;
  }
  return isAny;
}

const KNOWN_NAMES: ReadonlySet<string> = new Set(NAMES);

function fieldsOf(value: Readonly<Record<string, unknown>>): ReadonlyMap<string, readonly unknown[]> {
  const fields = new Map<string, unknown[]>();
  for (const [key, field] of Object.entries(value)) {
    const name = nameOf(key);
    if (KNOWN_NAMES.has(name)) fields.set(name, [...(fields.get(name) ?? []), field]);
  }
  return fields;
}

/** `result_urls`, `resultUrls` and ` ResultURLs` are one name. */
function nameOf(key: string): string {
  return key.length > 40 ? '' : key.replaceAll(/[\s_-]/g, '').toLowerCase();
}
