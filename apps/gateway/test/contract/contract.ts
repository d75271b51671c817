import { describe } from 'vitest';
import { accountContract } from './account.ts';
import { callbackContract } from './callbacks.ts';
import { createTaskContract } from './create-task.ts';
import { recordInfoContract } from './record-info.ts';
import type { OpenServer } from './server.ts';

/**
 * The contract docs/kie/api.md as black-box tests. The same run against every server that claims to speak it.
 * @param name of the server, for the report
 */
export function kieContract(name: string, open: OpenServer): void {
  describe(`the document, spoken by ${name}`, () => {
    accountContract(open);
    createTaskContract(open);
    recordInfoContract(open);
    callbackContract(open);
  });
}
