import { test } from 'vitest';
import { checkWindow } from '../support/window.ts';

// Forty windows; the campaign takes a hundred.
test('three workers use the whole window and never exceed it; priorities and order hold', () => checkWindow(800));
