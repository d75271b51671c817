import { fileURLToPath } from 'node:url';

const root = new URL('../../../', import.meta.url);

export const ROOT = fileURLToPath(root);
export const IMAGES_DIR = fileURLToPath(new URL('examples/images/', root));
/** Every run creates it again. */
export const VIDEOS_DIR = fileURLToPath(new URL('demo-videos/', root));
/** Cache of the private Redis after its download. */
export const CACHE_DIR = fileURLToPath(new URL('.kieq/', root));
