/** In front of every path of the dashboard, such as `/kieq`; the server has written it into the page. */
const PREFIX = document.documentElement.dataset['prefix'] ?? '';

/** The address of a path of the dashboard. */
export function at(path: string): string {
  return `${PREFIX}${path}`;
}

/** The path of the page that is open, without the prefix. */
export function here(): string {
  const { pathname } = location;
  return PREFIX !== '' && pathname.startsWith(`${PREFIX}/`) ? pathname.slice(PREFIX.length) : pathname;
}
