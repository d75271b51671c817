import type { You } from '../src/overview/schemas.ts';
import { ask } from './api.ts';
import { h, render } from './dom.ts';
import { at } from './path.ts';
import { action } from './say.ts';

/** The user, and logout. */
export function showYou(you: You): void {
  render('you', you, () => [
    h('span', { title: you.role === 'viewer' ? 'may read, and change nothing' : '' }, `${you.user} (${you.role})`),
    you.user === 'localhost' ? null : h('button', { class: 'quiet', onclick: action(logOut) }, 'Log out'),
  ]);
}

async function logOut(): Promise<undefined> {
  await ask('/api/logout', {});
  location.assign(at('/login'));
}
