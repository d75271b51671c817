const LANGUAGES: Readonly<Record<string, string>> = {
  mjs: 'js',
  js: 'js',
  ts: 'ts',
  py: 'python',
  sh: 'sh',
  yml: 'yaml',
  yaml: 'yaml',
  json: 'json',
  md: 'md',
  Dockerfile: 'docker',
};

/** A page that shows a file of the repository. The search leaves it out: it is for pages that explain. */
export function filePage(path: string, text: string): string {
  const name = path.split('/').at(-1) ?? path;
  const language = LANGUAGES[name.includes('.') ? (name.split('.').at(-1) ?? '') : name] ?? 'txt';
  // Longer than any fence in the file.
  const fence = '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length + 1)));
  const settings = ['---', 'search: false', 'outline: false', 'prev: false', 'next: false', '---'].join('\n');
  return `${settings}\n\n# ${name}\n\n\`${path}\` of the repository.\n\n${fence}${language}\n${text.trimEnd()}\n${fence}\n`;
}
