import { backoffMs, blindPollDelayMs, SUBMIT_POLICY, TIMINGS } from '@kieq/domain';

SUBMIT_POLICY.rate_limited; // { do: 'refuse', gate: 'rate-limit' }
blindPollDelayMs(TIMINGS, 120_000); // 20000
backoffMs({ baseMs: 2_000, capMs: 120_000 }, 3, () => 0); // 4000, of at most 8000
