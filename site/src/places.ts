import { posix } from 'node:path';
import type { Resolve } from './markdown.ts';
import { addressOf } from './source-pages.ts';

const PICTURE = /\.(?:svg|png|jpe?g|gif|webp)$/;
/** Documents that machines read too. */
const DATA = /^docs\/.*\.(?:json|ya?ml)$/;

/** What the site knows of the repository. */
export interface Repository {
  readonly isPage: (path: string) => boolean;
  /** A regular file that is short enough for a page of its own. */
  readonly isShownWhole: (path: string) => boolean;
  readonly isFile: (path: string) => boolean;
  readonly isFolder: (path: string) => boolean;
  /** Address of a file or folder in the web; undefined as long as the project has no public repository. */
  readonly webAddress: ((path: string) => string) | undefined;
}

/** Files that pages lead to, and that the site has to have. */
export interface Wanted {
  /** Copied as they are. */
  readonly assets: Set<string>;
  /** Shown as code, on a page each. */
  readonly files: Set<string>;
}

/**
 * Where links of a document lead in the site. What they need is added to `wanted`. It throws an Error for a link to
 * something that the repository does not have.
 */
export function resolverFor(source: string, repository: Repository, wanted: Wanted): Resolve {
  return (target) => {
    const [path = '', anchor] = decodeURI(target).split('#');
    const file = posix.normalize(posix.join(posix.dirname(source), path)).replace(/\/$/, '');
    const document = [file, `${file}/README.md`].find(repository.isPage);
    if (document !== undefined) return `/${addressOf(document)}.md${anchor === undefined ? '' : `#${anchor}`}`;
    if (repository.isFolder(file)) return repository.webAddress?.(file);
    if (!repository.isFile(file)) throw new Error(`${source}: the link ${target} leads nowhere: there is no ${file}`);
    if (PICTURE.test(file) || DATA.test(file)) {
      wanted.assets.add(file);
      return `/${assetAddress(file)}`;
    }
    if (!repository.isShownWhole(file)) return repository.webAddress?.(file);
    wanted.files.add(file);
    return `/${fileAddress(file)}.md`;
  };
}

/** Of a file that is copied. */
export function assetAddress(file: string): string {
  return file.replace(/^docs\//, '');
}

/** Of the page that shows a file, without its ending, which would look like the ending of the address. */
export function fileAddress(file: string): string {
  return `files/${file.replace(/\.(\w+)$/, '-$1')}`;
}
