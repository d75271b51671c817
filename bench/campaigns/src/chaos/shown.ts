import type { Task } from '@kieq/simulator';

/**
 * Whether recordInfo eventually shows whose task it is. Where Kie always denies it, or answers with a bare code,
 * nothing can prove a claim: it is polled for 24 h and then given up, and its dead letter stays open.
 */
export function isShown({ denied, terminalCode }: Task): boolean {
  return !denied && terminalCode === undefined;
}
