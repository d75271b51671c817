// What only a reader of the repository needs, such as how to install a package before it is in a registry.
const OF_THE_REPOSITORY = /^<!-- repository:start -->\n[\s\S]*?^<!-- repository:end -->\n\n?/gm;
// A parenthesis of nothing but links to files: without them its words are none that a sentence needs.
const LINK = String.raw`\[[^\]\n]*\]\((?![a-z][a-z0-9+.-]*:|#)[^)\s]*\)`;
const LINKS_ALONE = new RegExp(String.raw` \(${LINK}(?:(?:, | and )${LINK})*\)`, 'gi');
// Blocks of code and words in code come first: what they hold is no link.
const CODE_OR_LINK = /^```[\s\S]*?^```|`[^`\n]*`|!?\[((?:`[^`\n]*`|[^\]`])*)\]\(([^)\s]*)\)/gm;
const LEADS_SOMEWHERE = /^(?:[a-z][a-z0-9+.-]*:|#)/i;

/**
 * A document of the repository as it is published: links to other files of the repository become their plain words,
 * since these files are not in the tarball, and no address of the repository exists that they could lead to. What
 * remains reads as whole sentences: a parenthesis of such links alone is left out, a file that is named is said to be in
 * the repository, and blocks between `<!-- repository:start -->` and `<!-- repository:end -->` stay there.
 */
export function publishedText(text) {
  return text
    .replaceAll(OF_THE_REPOSITORY, '')
    .replaceAll(LINKS_ALONE, '')
    .replaceAll(CODE_OR_LINK, (all, words, target) => {
      if (target === undefined || LEADS_SOMEWHERE.test(target)) return all;
      return /^[\w./-]+\.md$/.test(words) ? `${words} in the repository of kieq` : words;
    });
}
