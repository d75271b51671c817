import { byId, h } from './dom.ts';

/** Tells what an action did, to screen readers too; the last one stays until the next. */
function say(text: string, kind: 'done' | 'failed'): void {
  byId('said').replaceChildren(h('p', { class: kind }, text));
}

/** Runs an action of a button, which is disabled meanwhile, and shows the outcome. */
export function action(act: () => Promise<string | undefined>): (event: Event) => void {
  return (event) => {
    const button = event.currentTarget instanceof HTMLButtonElement ? event.currentTarget : undefined;
    if (button !== undefined) button.disabled = true;
    act()
      .then((text) => text === undefined || say(text, 'done'))
      .catch((error: unknown) => say(error instanceof Error ? error.message : String(error), 'failed'))
      .finally(() => {
        if (button !== undefined) button.disabled = false;
      });
  };
}
