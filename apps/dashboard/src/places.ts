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

/** The page of one generation. */
export function generationPage(id: string): string {
  return `/generations/${encodeURIComponent(id)}`;
}
