import { userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { RawEnvironment } from './raw-environment.ts';

/**
 * The folder of the user's data: `XDG_DATA_HOME`, else `.local/share` of the home folder. By the XDG Base Directory
 * Specification a path that is not absolute counts as none.
 * @param homeOfUser the home folder where `HOME` names none. Default: that of the system
 * @returns undefined where the user has no home folder
 */
export function dataHome(
  { XDG_DATA_HOME: data, HOME: home }: RawEnvironment,
  homeOfUser: () => string | undefined = homeBySystem,
): string | undefined {
  if (data !== undefined && isAbsolute(data)) return data;
  const found = home !== undefined && isAbsolute(home) ? home : homeOfUser();
  return found !== undefined && isAbsolute(found) ? join(found, '.local', 'share') : undefined;
}

function homeBySystem(): string | undefined {
  try {
    return userInfo().homedir;
  } catch {
    // A user without an entry, as in containers.
    return undefined;
  }
}
