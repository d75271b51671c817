import { promises as files } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Callers } from './callers.ts';
import { pass, subjectOf } from './passing.ts';

/** What changes a store of files, or reads a file of it. */
const CALLS = ['open', 'rename', 'link', 'unlink'] as const;

/** Each of them below the store of uploads or the archive is a point. */
export function watchFiles(callers: Callers): void {
  const stores = [
    ['upload', process.env['UPLOAD_STORE_URL']],
    ['archive', process.env['ARCHIVE_URL']],
  ].flatMap(([store = '', url]) => (url?.startsWith('file:') === true ? [{ store, root: fileURLToPath(url) }] : []));
  for (const name of CALLS) {
    const call: (...args: never[]) => Promise<unknown> = files[name];
    const watched = async (...args: never[]): Promise<unknown> => {
      const paths = args.map(String);
      const store = stores.find(({ root }) => paths.some((path) => path.startsWith(`${root}/`)))?.store;
      if (store === undefined) return call(...args);
      const caller = callers.current();
      const point = `${store}.${name}${caller === undefined ? '' : `@${caller}`}`;
      const passage = { point, subject: subjectOf(() => paths) };
      pass(passage, 'before');
      const result = await call(...args);
      pass(passage, 'after');
      return result;
    };
    Object.assign(files, { [name]: watched });
  }
  syncBuiltinESMExports();
}
