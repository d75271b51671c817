/** Colours of series in their order; they differ for colour-blind readers too. */
export const COLOURS = ['#c0392b', '#2471a3', '#17a589', '#7d3c98', '#b9770e'] as const;

export function colourOf(series: number): string {
  return COLOURS[series % COLOURS.length] ?? '#222';
}

type Attributes = Readonly<Record<string, string | number>>;

/** An element; its text is escaped, its children are markup already. */
export function element(name: string, attributes: Attributes, content: string | readonly string[] = ''): string {
  const list = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(String(value))}"`);
  const inner = typeof content === 'string' ? escaped(content) : content.join('');
  return inner === '' ? `<${name}${list.join('')}/>` : `<${name}${list.join('')}>${inner}</${name}>`;
}

/** A whole drawing on a white ground. */
export function drawing(width: number, height: number, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    element('rect', { width, height, fill: '#fff' }),
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

/** One decimal is a tenth of a pixel: more would only make differences between files. */
export function place(value: number): number {
  return Number(value.toFixed(1));
}

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
