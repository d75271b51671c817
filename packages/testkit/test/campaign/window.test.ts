import { test } from 'vitest';
import { checkWindow } from '../support/window.ts';

test('a hundred windows of a long backlog are used and never exceeded', { timeout: 240_000 }, () => checkWindow(2000));
