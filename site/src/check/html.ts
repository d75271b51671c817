/** What a check reads of a built page. */
export interface BuiltPage {
  readonly title: string;
  readonly hasHeading: boolean;
  readonly ids: ReadonlySet<string>;
  /** Targets of links that a person follows. */
  readonly links: readonly string[];
  /** What the browser fetches by itself. */
  readonly assets: readonly string[];
}

const TAG = /<(\w+)((?:\s+[\w:@-]+(?:="[^"]*")?)*)\s*\/?>/g;
const ATTRIBUTE = /([\w:@-]+)="([^"]*)"/g;
/** These tell of an address and fetch nothing. */
const ONLY_TOLD = new Set(['canonical', 'alternate']);

/** Reads a page that VitePress wrote: attributes are quoted, and code is escaped. */
export function readPage(html: string): BuiltPage {
  const body = html.replaceAll(/<script\b[^>]*>[\s\S]*?<\/script>/g, (script) =>
    script.slice(0, script.indexOf('>') + 1),
  );
  const tags = [...body.matchAll(TAG)].map(([, name = '', attributes = '']) => ({ name, ...attributesOf(attributes) }));
  return {
    title: /<title>([^<]*)<\/title>/.exec(html)?.[1]?.trim() ?? '',
    hasHeading: tags.some(({ name }) => name === 'h1'),
    ids: new Set(tags.flatMap(({ id }) => id ?? [])),
    links: tags.flatMap(({ name, href }) => (name === 'a' && href !== undefined ? href : [])),
    assets: tags.flatMap(({ name, href, src, srcset, rel = '' }) => [
      ...(name === 'link' && href !== undefined && !ONLY_TOLD.has(rel) ? [href] : []),
      ...(src === undefined ? [] : [src]),
      ...(srcset ?? '').split(',').flatMap((one) => one.trim().split(' ', 1)[0] || []),
    ]),
  };
}

/** Addresses that a style sheet fetches. */
export function assetsOfStyle(css: string): string[] {
  return [...css.matchAll(/url\(["']?([^"')]+)["']?\)|@import\s+["']([^"']+)["']/g)].map(
    ([, url, imported]) => url ?? imported ?? '',
  );
}

type Attributes = Readonly<Partial<Record<'id' | 'href' | 'src' | 'srcset' | 'rel', string>>>;

function attributesOf(text: string): Attributes {
  const pairs = [...text.matchAll(ATTRIBUTE)].map(([, name = '', value = '']) => [
    name,
    value.replaceAll('&amp;', '&'),
  ]);
  return Object.fromEntries(pairs);
}
