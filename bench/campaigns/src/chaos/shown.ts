import type { Task } from '@kieq/simulator';

/**
 * Whether recordInfo tells sooner or later whose task it is. Where Kie denies it for ever, or answers with a bare code,
 * nothing can prove a claim: it is asked about for 24 h and then given up, and its letter stays open.
 */
export function isShown({ denied, terminalCode }: Task): boolean {
  return !denied && terminalCode === undefined;
}
