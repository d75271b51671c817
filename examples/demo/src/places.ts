import { fileURLToPath } from 'node:url';

const root = new URL('../../../', import.meta.url);

export const ROOT = fileURLToPath(root);
export const IMAGES_DIR = fileURLToPath(new URL('examples/images/', root));
/** Made anew by every run. */
export const VIDEOS_DIR = fileURLToPath(new URL('demo-videos/', root));
/** Where the private Redis is kept once it was fetched. */
export const CACHE_DIR = fileURLToPath(new URL('.kieq/', root));
