import type { MarkdownRenderer } from 'vitepress';

/** VitePress reads a page as a template of Vue: braces of Go or GitHub templates in a text would be carried out. */
export function withoutInterpolation(markdown: MarkdownRenderer): void {
  const { rules } = markdown.renderer;
  for (const name of ['text', 'code_inline']) {
    const render = rules[name];
    if (render === undefined) continue;
    rules[name] = (...args) => render(...args).replaceAll('{{', '&#123;&#123;');
  }
}
