import { createRequire } from 'node:module';
import { dirname } from 'node:path';

/**
 * The folder of Bull Board's pages. They are the one part of it that is installed next to the bundle; the rest is inside
 * and cannot locate them. The published package ships them itself: its build puts another module in place of this one.
 */
export const UI_FOLDER = dirname(createRequire(import.meta.url).resolve('@bull-board/ui/package.json'));
