/** Where Bull Board is; the pages of our own are in front of it. */
export const BOARD = '/queues';

/** Answers that the process lives. */
export const HEALTH = '/healthz';
/** The page that asks for the password, what it sends it to, and what it is made of. */
export const LOGIN_PAGE = '/login';
export const LOGIN = '/api/login';
export const LOGOUT = '/api/logout';
export const FILES = '/files/';

/** The picture of an archived video. */
export const POSTER = '/api/generations/:id/posters/:n';

/** An archived result itself. */
export const RESULT = '/api/generations/:id/results/:n';

/** Where the dashboard gives the n-th result of a generation, from 1. */
export function resultAddress(id: string, n: number): string {
  return `/api/generations/${encodeURIComponent(id)}/results/${n}`;
}

/** The page of one generation, below the prefix. */
export function generationPage(id: string): string {
  return `/generations/${encodeURIComponent(id)}`;
}

/**
 * What a request asks for, without the prefix: proxies take it off, or leave it.
 * @param prefix such as `/kieq`, or nothing
 */
export function withoutPrefix(url: string, prefix: string): string {
  const rest = prefix !== '' && url.startsWith(prefix) ? url.slice(prefix.length) : url;
  if (rest === '' || rest.startsWith('?')) return `/${rest}`;
  return rest.startsWith('/') ? rest : url;
}
