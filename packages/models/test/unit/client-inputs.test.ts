import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { MODELS } from '../../src/index.ts';
import { inputTypes } from '../support/input-types.ts';

const CLIENT_TYPES = fileURLToPath(new URL('../../../client/src/model-inputs.ts', import.meta.url));

test('the types of inputs in the client are those of the catalogue (mend with -u)', async () => {
  await expect(inputTypes(MODELS)).toMatchFileSnapshot(CLIENT_TYPES);
});
