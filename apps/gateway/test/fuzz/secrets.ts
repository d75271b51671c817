import { TEST_KEY } from '../../../../packages/testkit/src/pool.ts';

/** Keys of the gateway. */
export const OPERATOR_KEY = 'fuzz-key-of-the-operator';
export const TENANT_KEY = 'fuzz-key-of-a-tenant';
const UNUSED_KEY = 'fuzz-key-that-nobody-sends';
export const KEYS = [
  { key: OPERATOR_KEY, tenant: '*' },
  { key: TENANT_KEY, tenant: 'a' },
  { key: UNUSED_KEY, tenant: 'b' },
] as const;
const WEBHOOK_SECRET = 'fuzz-secret-of-webhooks';

/** They are put all over the requests: a refusal must not return them. */
export const SENT_SECRETS: readonly string[] = [OPERATOR_KEY, TENANT_KEY, TEST_KEY, WEBHOOK_SECRET];
/** Nothing that is sent contains them: no response may. */
export const UNSENT_SECRETS: readonly string[] = [UNUSED_KEY];
export const SECRETS: readonly string[] = [...SENT_SECRETS, ...UNSENT_SECRETS];
