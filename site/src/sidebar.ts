/** A page of the site. */
export interface Page {
  /** Without `/` before it and without an ending: `operations/redis`. */
  readonly address: string;
  readonly title: string;
  /** In Markdown, with the links of the site. */
  readonly text: string;
}

/** An entry of the sidebar, as VitePress takes it. */
export interface Entry {
  readonly text: string;
  readonly link?: string;
  readonly items?: Entry[];
  readonly collapsed?: boolean;
}

/**
 * What stands where: `page` is a page with everything in the folder of its name below it; `folder/*` is a folder without
 * a level of its own. A page is placed by the first that names it; what none names comes at the end.
 */
const GROUPS: readonly (readonly [title: string, contents: readonly string[]])[] = [
  [
    'Start',
    [
      'index',
      'getting-started',
      'packages/kieq',
      'apps/cli',
      'packages/client',
      'packages/producer',
      'packages/kie',
      'packages/simulator',
      'packages/bull-board',
      'payload',
      'glossary',
      'changelog',
    ],
  ],
  [
    'Operate',
    [
      'deployment',
      'deploy',
      'operations',
      'configuration',
      'failure-modes',
      'errors',
      'metrics',
      'scaling',
      'archive',
      'performance',
      'upgrading',
      'apps/*',
    ],
  ],
  ['HTTP API', ['http-api', 'openapi/*', 'asyncapi', 'kie/*']],
  ['Guarantees', ['guarantees', 'kill-matrix', 'bench/*']],
  ['Architecture', ['architecture', 'polling', 'packages/*']],
  ['Contribute', ['contribute', 'contributing/*', 'security']],
  ['Decisions', ['decisions/*']],
  ['Further', ['*']],
];
/** Open at first. */
const OPEN = 'Start';

/** The sidebar of all pages but those that show files. */
export function sidebarOf(pages: readonly Page[]): Entry[] {
  const left = new Map(
    pages.filter(({ address }) => !address.startsWith('files/')).map((page) => [page.address, page]),
  );
  return GROUPS.flatMap(([text, contents]) => {
    const items = contents.flatMap((content) => entriesOf(content, left));
    return items.length === 0 ? [] : [{ text, items, collapsed: text !== OPEN }];
  });
}

/** Takes the pages out of `left`. */
function entriesOf(content: string, left: Map<string, Page>): Entry[] {
  const folder = content.replace(/\/?\*$/, '');
  const index = left.get(folder) ?? left.get(`${folder}/index`);
  const inFolder = (address: string): boolean => folder === '' || address.startsWith(`${folder}/`);
  const below = [...left.values()].filter(({ address }) => address !== index?.address && inFolder(address));
  for (const { address } of [...below, ...(index === undefined ? [] : [index])]) left.delete(address);
  if (content.endsWith('*')) return [...(index === undefined ? [] : [entryOf(index, [])]), ...nested(below, index)];
  return index === undefined ? nested(below, index) : [entryOf(index, below)];
}

function entryOf(page: Page, below: readonly Page[]): Entry {
  const entry = {
    text: page.address === 'index' ? 'What kieq is' : page.title,
    link: `/${page.address.replace(/(^|\/)index$/, '$1')}`,
  };
  return below.length === 0 ? entry : { ...entry, items: nested(below, page), collapsed: true };
}

/** Pages of a folder stand below the page of its name. */
function nested(pages: readonly Page[], index: Page | undefined): Entry[] {
  const isBelow = (page: Page, other: Page): boolean => page.address.startsWith(`${other.address}/`);
  const tops = pages.filter((page) => !pages.some((other) => isBelow(page, other)));
  return inOrderOf(index, tops).map((top) =>
    entryOf(
      top,
      pages.filter((page) => isBelow(page, top)),
    ),
  );
}

/** As the page above leads to them; what it does not name follows by address. */
function inOrderOf(index: Page | undefined, pages: readonly Page[]): Page[] {
  const rank = ({ address }: Page): number => {
    const place = index?.text.indexOf(`(/${address}.md`) ?? -1;
    return place === -1 ? Number.MAX_SAFE_INTEGER : place;
  };
  return pages.toSorted((a, b) => rank(a) - rank(b) || (a.address < b.address ? -1 : 1));
}
