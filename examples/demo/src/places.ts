import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AppName } from '@kieq/testkit';

/** Where demo and start find what they start and use. In this repository and in the published package it lies elsewhere. */
export interface Places {
  /** Module that is the process of an app; `cli` is the command line. */
  readonly main: (app: AppName | 'cli') => string;
  /** Photographs of the demo. */
  readonly images: string;
  /** The demo saves its videos here, over those of an earlier demo; other files in it stay. */
  readonly videos: string;
  /** Cache of the private Redis after its download. */
  readonly cache: string;
  /** Data of the private Redis that `start` keeps. */
  readonly data: string;
  /** What runs kieq's commands here, for messages: `pnpm` or `npx kieq`. */
  readonly command: string;
  /** The receiver of callbacks to try; undefined where it is not there. */
  readonly receiver?: string;
}

const root = new URL('../../../', import.meta.url);

export const ROOT = fileURLToPath(root);

const below = (path: string): string => fileURLToPath(new URL(path, root));

/** Of this repository; everything is below it. */
export const REPOSITORY: Places = {
  main: (app) => below(`apps/${app}/dist/main.js`),
  images: below('examples/images/'),
  videos: below('demo-videos/'),
  cache: below('.kieq/'),
  data: below('.kieq/data'),
  command: 'pnpm',
  receiver: 'examples/http/webhook-receiver.mjs',
};

/**
 * Of the published package. What is made lies in the working directory; a Redis that was downloaded serves all of them.
 * @param folder of its modules; the photographs lie next to it
 * @param env of this process
 */
export function publishedPlaces(folder: string, env: NodeJS.ProcessEnv): Places {
  const given = env['XDG_CACHE_HOME'];
  const caches = given === undefined || given === '' ? join(homedir(), '.cache') : given;
  return {
    main: (app) => join(folder, `${app === 'cli' ? 'main' : app}.js`),
    images: join(folder, '../images/'),
    videos: join(process.cwd(), 'demo-videos/'),
    cache: join(caches, 'kieq'),
    data: join(process.cwd(), '.kieq/data'),
    command: 'npx kieq',
  };
}
