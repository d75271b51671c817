/** What asks for packages that are installed only where it is used. */
export interface PackageUse {
  /** What needs them, as the subject of a sentence: `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly needs: string;
  /** Names of all packages that it needs. */
  readonly packages: readonly string[];
}

/**
 * Thrown where a setting asks for packages that are not installed next to kieq: the published package brings neither the
 * AWS SDK nor OpenTelemetry. Nothing was started and nothing paid for. The message says what to install.
 */
export class MissingPackages extends Error {
  override readonly name = 'MissingPackages';
  readonly code = 'missing_packages';
  readonly packages: readonly string[];

  constructor({ needs, packages }: PackageUse, missing: string) {
    const all = packages.join(' ');
    super(
      `${needs} needs the package ${missing}, which is not installed. Nothing was started or paid for. Install next to kieq what it needs: npm install ${all} (without an installation: npx ${['kieq', ...packages].map((name) => `-p ${name}`).join(' ')} kieq …)`,
    );
    this.packages = packages;
  }
}

/**
 * What was loaded.
 * @param loading an `import()` of one of the packages
 * @throws MissingPackages where one of them is not installed; every other error as it is
 */
export async function orMissing<Loaded>(loading: Promise<Loaded>, use: PackageUse): Promise<Loaded> {
  try {
    return await loading;
  } catch (error) {
    const missing = missingOf(error, use.packages);
    throw missing === undefined ? error : new MissingPackages(use, missing);
  }
}

/** The package that Node did not find, if it is one of these. */
function missingOf(error: unknown, packages: readonly string[]): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'ERR_MODULE_NOT_FOUND') return undefined;
  return packages.find((name) => error.message.includes(`'${name}'`));
}
