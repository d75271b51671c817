/** What the board may not do; nothing was changed. Bull Board answers with `statusCode`. */
export class BoardRefusal extends Error {
  override readonly name = 'BoardRefusal';
  readonly code = 'board_action_refused';
  readonly statusCode = 403;

  constructor(method: string) {
    super(
      `kieq: this board may not call ${method}. Jobs are vehicles of generations, which the ledger keeps: removing or ` +
        'changing them cancels nothing and may strand what is paid. Use the dashboard of kieq, or the kieq command.',
    );
  }
}

/**
 * Lets through the fields of an object and the methods that are named, and refuses every other one: a method that a new
 * version of Bull Board calls is refused until it is named.
 * @param replaced methods that do something else
 */
export function guard<Target extends object>(
  target: Target,
  named: ReadonlySet<string>,
  replaced: Readonly<Record<string, () => unknown>> = {},
): Target {
  return new Proxy(target, {
    get(_target, name) {
      if (typeof name === 'string' && Object.hasOwn(replaced, name)) return replaced[name];
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function' || typeof name === 'symbol' || name === 'constructor') return value;
      if (named.has(name)) return (...args: unknown[]): unknown => Reflect.apply(value, target, args);
      return () => Promise.reject(new BoardRefusal(name));
    },
    set: () => false,
    defineProperty: () => false,
    deleteProperty: () => false,
  });
}
