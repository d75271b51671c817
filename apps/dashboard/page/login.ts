import { ask } from './api.ts';
import { byId } from './dom.ts';
import { at } from './path.ts';

/** Where the person wanted to go; never to another site. */
function next(): string {
  const wanted = new URLSearchParams(location.search).get('next') ?? '/';
  const url = new URL(wanted, location.origin);
  // A path of two slashes would be another host's.
  const isOurs = url.origin === location.origin && url.pathname !== '/login' && !url.pathname.startsWith('//');
  return at(isOurs ? url.pathname + url.search + url.hash : '/');
}

function valueOf(id: string): string {
  const element = byId(id);
  return element instanceof HTMLInputElement ? element.value : '';
}

const LATE_MS = 2000;

async function logIn(): Promise<void> {
  const button = byId('submit');
  button.setAttribute('disabled', '');
  const late = setTimeout(() => {
    byId('said').textContent = 'Wrong passwords were tried: the response takes up to half a minute.';
  }, LATE_MS);
  try {
    await ask('/api/login', { user: valueOf('user'), password: valueOf('password') });
    location.assign(next());
  } catch (error) {
    byId('said').textContent = error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(late);
    button.removeAttribute('disabled');
  }
}

byId('login').addEventListener('submit', (event) => {
  event.preventDefault();
  void logIn();
});
