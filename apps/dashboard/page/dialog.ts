import { h } from './dom.ts';

export interface Question {
  readonly title: string;
  readonly text: string;
  /** What the button says that goes on. */
  readonly yes: string;
  /** Money, or something that cannot be undone: the button is red. */
  readonly danger?: boolean;
  /** Asks for a line of text as well. */
  readonly field?: { readonly label: string };
}

/** Asks a person; undefined when the answer is no, else the text of the field. */
export async function question({ title, text, yes, danger, field }: Question): Promise<string | undefined> {
  const input = field === undefined ? null : inputOf();
  const dialog = document.createElement('dialog');
  const form = h(
    'form',
    { method: 'dialog' },
    h('h2', { id: 'dialog-title' }, title),
    h('p', {}, text),
    input === null ? null : h('label', {}, field?.label ?? '', input),
    h(
      'div',
      { class: 'actions' },
      h('button', { value: 'no', formnovalidate: true }, 'Cancel'),
      h('button', { value: 'yes', class: danger === true ? 'danger' : 'primary' }, yes),
    ),
  );
  dialog.setAttribute('aria-labelledby', 'dialog-title');
  dialog.append(form);
  document.body.append(dialog);
  const closed = new Promise<void>((resolve) => {
    dialog.addEventListener('close', () => resolve(), { once: true });
  });
  dialog.showModal();
  await closed;
  dialog.remove();
  return dialog.returnValue === 'yes' ? (input?.value.trim() ?? '') : undefined;
}

function inputOf(): HTMLInputElement {
  const input = document.createElement('input');
  input.required = true;
  input.autocomplete = 'off';
  return input;
}
