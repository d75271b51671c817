// Blocks of code and words in code come first: what they hold is no link.
const CODE_OR_LINK = /^```[\s\S]*?^```|`[^`\n]*`|!?\[((?:`[^`\n]*`|[^\]`])*)\]\(([^)\s]*)\)/gm;
const LEADS_SOMEWHERE = /^(?:[a-z][a-z0-9+.-]*:|#)/i;

/**
 * A document of the repository as it is published: links to other files of the repository become their plain words,
 * since these files are not in the tarball, and no address of the repository exists that they could lead to.
 */
export function withoutRelativeLinks(text) {
  return text.replaceAll(CODE_OR_LINK, (all, words, target) =>
    target === undefined || LEADS_SOMEWHERE.test(target) ? all : words,
  );
}
