import type {
  DeadLetterItem,
  DeadLetterList,
  OverviewAnswer,
  OverviewDeadLetters,
} from '../../src/overview/schemas.ts';
import { adoptTask, redrive, redriveAll, type Reload } from '../actions.ts';
import { ask } from '../api.ts';
import { h, render } from '../dom.ts';
import { ago, number } from '../format.ts';
import { at } from '../path.ts';
import { action } from '../say.ts';

/** The class whose letters are listed below its row, and they. */
let open: { readonly deadLetterClass: string; readonly list: DeadLetterList } | undefined;

/** Dead letters by class: how many, since when, what to do, and the doing. */
export async function showDeadLetters(overview: OverviewAnswer, reload: Reload): Promise<void> {
  const deadLetters = overview.deadLetters.filter(({ count }) => count > 0);
  if (open !== undefined)
    await load(deadLetters.some((one) => one.class === open?.deadLetterClass) ? open.deadLetterClass : undefined);
  const { you, atMs } = overview;
  const minute = Math.floor(atMs / 30_000);
  render('dead-letters', { deadLetters, list: open?.list.items, you, minute }, () =>
    deadLetters.length === 0
      ? [h('p', { class: 'dim' }, 'No dead letter is open: nothing needs a person.')]
      : [table(deadLetters, overview, reload)],
  );
}

async function load(deadLetterClass: string | undefined): Promise<void> {
  open =
    deadLetterClass === undefined
      ? undefined
      : { deadLetterClass, list: await ask<DeadLetterList>(`/api/dead-letters/${deadLetterClass}`) };
}

function table(deadLetters: readonly OverviewDeadLetters[], overview: OverviewAnswer, reload: Reload): HTMLElement {
  const rows = deadLetters.flatMap((one) => [
    classRow(one, overview, reload),
    ...(open?.deadLetterClass === one.class ? open.list.items.map((item) => itemRow(item, one, overview, reload)) : []),
  ]);
  return h(
    'div',
    { class: 'scroll' },
    h(
      'table',
      {},
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          ...['class', 'open', 'oldest', 'what it means', 'actions'].map((name) => h('th', { scope: 'col' }, name)),
        ),
      ),
      h('tbody', {}, ...rows),
    ),
  );
}

function classRow(one: OverviewDeadLetters, { atMs, you }: OverviewAnswer, reload: Reload): HTMLElement {
  const isOpen = open?.deadLetterClass === one.class;
  const toggle = action(async () => {
    await load(isOpen ? undefined : one.class);
    await reload();
    return undefined;
  });
  const canResume = one.resumesAt !== null && you.role === 'operator';
  return h(
    'tr',
    { class: 'class' },
    h(
      'th',
      { scope: 'row' },
      h(
        'button',
        { class: 'link', 'data-key': `class-${one.class}`, 'aria-expanded': String(isOpen), onclick: toggle },
        one.class,
      ),
    ),
    h('td', { class: 'num' }, number(one.count)),
    h('td', {}, one.oldestMs === null ? '' : ago(one.oldestMs, atMs)),
    h('td', { class: 'text' }, one.advice),
    h(
      'td',
      { class: 'actions' },
      canResume
        ? h(
            'button',
            { 'data-key': `all-${one.class}`, onclick: action(() => redriveAll(one.class, one.count, reload)) },
            `Resume all`,
          )
        : null,
    ),
  );
}

function itemRow(
  item: DeadLetterItem,
  one: OverviewDeadLetters,
  { atMs, you }: OverviewAnswer,
  reload: Reload,
): HTMLElement {
  const href = at(`/generations/${encodeURIComponent(item.id)}`);
  return h(
    'tr',
    { class: 'item' },
    h('td', {}, h('a', { href, 'data-key': `item-${item.id}` }, item.id)),
    h('td', {}, item.tenant),
    h('td', {}, ago(item.openedAtMs, atMs)),
    h(
      'td',
      { class: 'text' },
      h('span', {}, item.prompt ?? item.model),
      h('br'),
      h('span', { class: 'dim' }, item.evidence),
    ),
    h(
      'td',
      { class: 'actions' },
      ...(you.role === 'operator' ? deadLetterButtons(item.id, one, you.canAdopt, reload) : []),
    ),
  );
}

/** The ways out of a dead letter, the cheapest first. */
export function deadLetterButtons(
  id: string,
  {
    class: deadLetterClass,
    resumesAt,
    payAgainResumesAt,
    mayBeAdopted,
  }: Pick<OverviewDeadLetters, 'class' | 'resumesAt' | 'payAgainResumesAt' | 'mayBeAdopted'>,
  canAdopt: boolean,
  reload: Reload,
): HTMLElement[] {
  const button = (key: string, text: string, look: string, act: () => Promise<string | undefined>): HTMLElement =>
    h(
      'button',
      { class: look, 'data-key': `${key}-${id}`, 'aria-label': `${text}: ${id}`, onclick: action(act) },
      text,
    );
  return [
    ...(mayBeAdopted && canAdopt ? [button('adopt', 'Adopt a task', '', () => adoptTask(id, reload))] : []),
    ...(resumesAt === null ? [] : [button('resume', 'Resume', '', () => redrive(id, deadLetterClass, false, reload))]),
    ...(payAgainResumesAt === null
      ? []
      : [button('again', 'Pay again', 'danger', () => redrive(id, deadLetterClass, true, reload))]),
  ];
}
