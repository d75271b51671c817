/**
 * Drawings of the documents: no wider than a telephone shows readably, and with a ground of their own, so that they are
 * readable on light and on dark pages alike.
 */
export const WIDTH = 440;

const STYLE = `
.ground{fill:#ffffff}.text{fill:#1c2430}.quiet{fill:#5b6675}.box{fill:#eaf1fb;stroke:#4a6fa5}.money{fill:#fbe9d7;stroke:#b5651d}
.app{fill:#eef0f2;stroke:#5b6675}.lane{stroke:#c9d2de}.shade{fill:#fbe9d7;opacity:.6}.line{stroke:#3d5a80;fill:none}.head{fill:#3d5a80}
.paid{stroke:#b5651d;fill:none}.paidhead{fill:#b5651d}.crash{stroke:#c0392b;fill:none}.crashtext{fill:#a93226}
@media (prefers-color-scheme:dark){
.ground{fill:#12161c}.text{fill:#e6ebf2}.quiet{fill:#9aa7b6}.box{fill:#1d2b40;stroke:#7fa5d9}.money{fill:#3d2a15;stroke:#e0954a}
.app{fill:#252b33;stroke:#9aa7b6}.lane{stroke:#39434f}.shade{fill:#3d2a15;opacity:.7}.line{stroke:#8fb3e2;fill:none}.head{fill:#8fb3e2}
.paid{stroke:#e0954a;fill:none}.paidhead{fill:#e0954a}.crash{stroke:#ef6f61;fill:none}.crashtext{fill:#f08a7e}
}
`.trim();

type Attributes = Readonly<Record<string, string | number>>;

/** An element of a class of the style above. */
export function shape(name: string, style: string, attributes: Attributes): string {
  const list = Object.entries({ class: style, ...attributes }).map(([key, value]) => ` ${key}="${value}"`);
  return `<${name}${list.join('')}/>`;
}

/** A line of text; its content is escaped. */
export function words(content: string, x: number, y: number, attributes: Attributes = {}): string {
  const all = { class: 'text', x, y, ...attributes };
  const list = Object.entries(all).map(([key, value]) => ` ${key}="${value}"`);
  return `<text${list.join('')}>${escaped(content)}</text>`;
}

/**
 * A whole drawing.
 * @param title what a screen reader says
 */
export function picture(title: string, height: number, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" font-family="system-ui, sans-serif" font-size="12.5">`,
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}</style>`,
    shape('rect', 'ground', { width: WIDTH, height, rx: 6 }),
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
