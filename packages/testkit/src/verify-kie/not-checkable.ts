const LIMIT = 'It can be seen only beyond a limit of the account, which its other programs need.';
const DAY = 'It can be seen only after a day or more.';
const OWNER = 'Only the console of the account shows it.';
const PROVOKED = 'It cannot be provoked with certainty.';
const WOULD_PAY = 'If the fact were wrong, the check would be a paid task.';
const ABSENCE = 'What does not exist cannot be shown by a request.';
const SAYS_NOTHING = 'It is about documents, and not about the service.';

/** Facts of docs/kie/facts.md that `pnpm verify:kie` does not check, each with the reason. */
export const NOT_CHECKABLE: Readonly<Record<string, string>> = {
  'new-tasks': LIMIT,
  'running-tasks': LIMIT,
  'status-queries': LIMIT,
  'status-queries-per-task': LIMIT,
  'result-lifetime': DAY,
  'upload-lifetime': DAY,
  'key-caps': OWNER,
  'no-idempotency': ABSENCE,
  'rate-limit-form': LIMIT,
  defaults: WOULD_PAY,
  'names-and-values': WOULD_PAY,
  'code-402': 'It needs an account without credits.',
  'code-408': PROVOKED,
  'code-429': LIMIT,
  'code-433': OWNER,
  'code-451': WOULD_PAY,
  'code-455': PROVOKED,
  'code-500': PROVOKED,
  'code-501': PROVOKED,
  'code-505': PROVOKED,
  'no-code': PROVOKED,
  'success-without-link': PROVOKED,
  'fail-code': PROVOKED,
  'transient-messages': PROVOKED,
  'moderation-messages': PROVOKED,
  sample: SAYS_NOTHING,
  'callback-answer': PROVOKED,
  'callback-duplicates': PROVOKED,
  'callback-retries': PROVOKED,
  'callback-order': PROVOKED,
  'kling-prompt': WOULD_PAY,
  'kling-images': WOULD_PAY,
  'kling-sound': WOULD_PAY,
  'kling-duration': WOULD_PAY,
  'other-inputs': WOULD_PAY,
  'other-names': SAYS_NOTHING,
  'older-products': WOULD_PAY,
};
