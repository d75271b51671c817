import { startApp, type AppName, type AppProcess } from '@kieq/testkit';

export interface ReplaceableOptions {
  readonly name: AppName;
  /** Its name in messages. */
  readonly label: string;
  /** Its whole environment; asked before each start. */
  readonly env: () => Readonly<Record<string, string>>;
  /** Called with every line that it writes. */
  readonly forward: (line: string, stream: 'stdout' | 'stderr') => void;
  /** Called when it exits without `stop`. */
  readonly exited: (how: string) => void;
}

/** A process of an app that is replaced by a new one of the same kind, and stays stopped where the new one does not start. */
export class Replaceable {
  readonly #options: ReplaceableOptions;
  #app: AppProcess | undefined;

  constructor(options: ReplaceableOptions) {
    this.#options = options;
  }

  get name(): AppName {
    return this.#options.name;
  }

  get label(): string {
    return this.#options.label;
  }

  /**
   * Starts it, after the end of the one before.
   * @returns the first line of its log
   * @throws Error where it does not start; then none runs
   */
  async start(): Promise<AppProcess['first']> {
    await this.stop();
    const { name, env, forward, exited } = this.#options;
    const app = await startApp(name, env(), { forward });
    this.#app = app;
    void app.ended.then((code) => {
      // A process that was stopped is ignored.
      if (this.#app !== app) return;
      this.#app = undefined;
      exited(code === null ? 'killed by a signal' : `exit code ${code}`);
    });
    return app.first;
  }

  async stop(): Promise<void> {
    const app = this.#app;
    this.#app = undefined;
    app?.signal('SIGTERM');
    await app?.ended;
  }
}
