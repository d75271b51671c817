import { readdir, readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { assetsOfStyle, readPage, type BuiltPage } from './html.ts';

const ELSEWHERE = /^(?:https?:)?\/\//;
/** The one page that is no document. */
const NOT_FOUND = '404.html';

/** A built site: the text of its pages and styles, and the names of all its files. */
export interface BuiltSite {
  readonly files: ReadonlySet<string>;
  readonly pages: ReadonlyMap<string, string>;
  readonly styles: ReadonlyMap<string, string>;
  /** What comes before every address, with a slash at both ends. */
  readonly base: string;
}

/** Reads the folder that VitePress built. */
export async function readSite(folder: string, base: string): Promise<BuiltSite> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = names.map((name) => name.slice(folder.length + 1));
  const textsOf = async (ending: string): Promise<Map<string, string>> => {
    const found = files.filter((name) => name.endsWith(ending));
    return new Map(
      await Promise.all(found.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const)),
    );
  };
  return { files: new Set(files), pages: await textsOf('.html'), styles: await textsOf('.css'), base };
}

/**
 * What is wrong with a built site, one line each: pages without a title, links and anchors that lead nowhere, whatever a
 * browser would fetch from another host, and an absent search index.
 */
export function problemsOf({ files, pages, styles, base }: BuiltSite): string[] {
  const read = new Map([...pages].map(([name, html]) => [name, readPage(html)] as const));
  const found = [...read].flatMap(([name, page]) => problemsOfPage(name, page, { read, files, base }));
  const fetched = [...styles].flatMap(([name, css]) => assetsOfStyle(css).filter(isElsewhere).map(fetchedBy(name)));
  const search = [...files].some((name) => name.includes('localSearchIndex')) ? [] : ['the search has no index'];
  return [...found, ...fetched, ...search];
}

interface Around {
  readonly read: ReadonlyMap<string, BuiltPage>;
  readonly files: ReadonlySet<string>;
  readonly base: string;
}

function problemsOfPage(name: string, page: BuiltPage, around: Around): string[] {
  const untitled = page.title === '' || (!page.hasHeading && name !== NOT_FOUND) ? [`${name}: has no title`] : [];
  const own = [...page.links, ...page.assets].filter((address) => !/^[a-z][a-z0-9+.-]*:/i.test(address));
  const dead = own.filter((address) => !isElsewhere(address) && !leadsSomewhere(name, address, around));
  return [
    ...untitled,
    ...[...new Set(dead)].map((address) => `${name}: ${address} leads nowhere`),
    ...page.assets.filter(isElsewhere).map(fetchedBy(name)),
  ];
}

const isElsewhere = (address: string): boolean => ELSEWHERE.test(address);
const fetchedBy =
  (name: string) =>
  (address: string): string =>
    `${name}: fetches ${address} from another host`;

function leadsSomewhere(name: string, address: string, { read, files, base }: Around): boolean {
  const [path = '', anchor] = address.split('#');
  const target = path === '' ? name : fileOf(name, decodeURI(path), base, files);
  if (target === undefined) return false;
  // The empty anchor is the top of the page.
  if (anchor === undefined || anchor === '') return true;
  return read.get(target)?.ids.has(decodeURIComponent(anchor)) ?? false;
}

function fileOf(name: string, path: string, base: string, files: ReadonlySet<string>): string | undefined {
  const [plain = ''] = path.split('?');
  if (plain.startsWith('/') && !plain.startsWith(base)) return undefined;
  const place = plain.startsWith('/') ? plain.slice(base.length) : posix.join(posix.dirname(name), plain);
  const slots = [place, `${place}.html`, posix.join(place, 'index.html')];
  return slots.find((slot) => files.has(slot));
}
