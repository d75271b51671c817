/** Blocks of code and words in code come first: what they hold is no link. */
const CODE_OR_LINK =
  /^(`{3,}|~{3,})[\s\S]*?^\1|(`+)[^\n]*?\2|(!?)\[((?:`[^`\n]*`|!\[[^\]]*\]\([^)]*\)|[^\]`])*)\]\(([^)\s]*)\)/gm;
const CODE_OR_TAG = /^(`{3,}|~{3,})[\s\S]*?^\1|(`+)[^\n]*?\2|<(?:a|img|source|video)\b[^>]*>/gm;
const ADDRESS = /\b(href|src|srcset)="([^"\s]*)"/g;
const LEADS_OUT = /^(?:[a-z][a-z0-9+.-]*:|#|\/\/)/i;

/** Where a link leads in the site; undefined where the site has nothing there. */
export type Resolve = (target: string) => string | undefined;

/**
 * A document with its relative links as the site needs them, in Markdown and in HTML. A link whose target the site does
 * not have becomes its plain words.
 */
export function withLinks(text: string, resolve: Resolve): string {
  const inMarkdown = text.replaceAll(CODE_OR_LINK, (all, _fence, _tick, mark: string, words = '', target?: string) => {
    if (target === undefined || LEADS_OUT.test(target)) return all;
    const place = resolve(target);
    const inner = mark === '' ? withLinks(words, resolve) : words;
    return place === undefined ? inner : `${mark}[${inner}](${place})`;
  });
  return inMarkdown.replaceAll(CODE_OR_TAG, (all: string) => (all.startsWith('<') ? withAddresses(all, resolve) : all));
}

function withAddresses(tag: string, resolve: Resolve): string {
  return tag.replaceAll(ADDRESS, (all, name: string, target: string) => {
    const place = LEADS_OUT.test(target) || target.startsWith('/') ? undefined : resolve(target);
    return place === undefined ? all : `${name}="${place}"`;
  });
}

/** The first heading, without the marks of code. */
export function titleOf(text: string): string | undefined {
  return /^# (.+)$/m.exec(text)?.[1]?.replaceAll('`', '').trim();
}

/** The anchor of a heading as GitHub makes it, so that one link leads to it there and in the site. */
export function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}
