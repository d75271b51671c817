/** The process's own environment, or a test's. */
export type RawEnvironment = Readonly<Record<string, string | undefined>>;
