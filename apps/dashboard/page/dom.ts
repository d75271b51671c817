type Child = Node | string | null;
/** `on…` attributes are listeners; false and null leave an attribute out. */
type Attributes = Readonly<Record<string, string | number | boolean | null | ((event: Event) => void)>>;

/** Makes an element. Texts become text nodes, so nothing that a caller or Kie wrote is ever read as HTML. */
export function h(tag: string, attributes: Attributes = {}, ...children: readonly Child[]): HTMLElement {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== null) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** The element of the page with this id. */
export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no element ${id}`);
  return element;
}

const shown = new Map<string, string>();

/**
 * Renders an element again, but only when its data have changed, and gives the focus back to the element with the same
 * `data-key`: a page that is live must not take the keyboard away, nor stop a video.
 */
export function render(id: string, data: unknown, make: () => readonly Child[]): void {
  const key = JSON.stringify(data);
  if (shown.get(id) === key) return;
  shown.set(id, key);
  const focused = document.activeElement?.getAttribute('data-key') ?? null;
  const element = byId(id);
  element.replaceChildren(...make().filter((child) => child !== null));
  if (focused === null || document.activeElement !== document.body) return;
  element.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}
