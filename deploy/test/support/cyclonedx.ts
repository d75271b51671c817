import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import { z } from 'zod';

const component = z.looseObject({
  name: z.string(),
  group: z.string().optional(),
  version: z.string(),
  purl: z.string(),
  licenses: z.array(z.unknown()).optional(),
  externalReferences: z
    .array(z.looseObject({ type: z.string(), hashes: z.array(z.unknown()).default([]) }))
    .default([]),
  properties: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
});

/** A list of packages (SBOM) in the form of CycloneDX, as far as it is read here. */
export const cyclonedx = z.looseObject({
  metadata: z.looseObject({ component: z.looseObject({ name: z.string(), purl: z.string() }) }),
  components: z.array(component),
  dependencies: z.array(z.object({ ref: z.string(), dependsOn: z.array(z.string()) })),
});
export type Component = z.infer<typeof component>;

/** `<name>@<version>`, the name with its scope. */
export function packageOf({ name, group, version }: Component): string {
  return `${group === undefined ? name : `${group}/${name}`}@${version}`;
}

/** The schema of CycloneDX 1.6, from the package of its makers. */
export async function cyclonedxSchema(): Promise<ValidateFunction> {
  const home = dirname(fileURLToPath(import.meta.resolve('@cyclonedx/cyclonedx-library/package.json')));
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: true });
  formats.default(ajv);
  // Of later drafts than the formats' package has.
  ajv.addFormat('iri-reference', true).addFormat('idn-email', true);
  for (const name of ['spdx', 'jsf-0.82', 'bom-1.6']) {
    const file = `${name}.SNAPSHOT.schema.json`;
    const schema: unknown = JSON.parse(await readFile(join(home, 'res/schema', file), 'utf8'));
    // They name each other by file.
    ajv.addSchema(z.looseObject({}).parse(schema), `http://cyclonedx.org/schema/${file}`);
  }
  const found = ajv.getSchema('http://cyclonedx.org/schema/bom-1.6.SNAPSHOT.schema.json');
  if (found === undefined) throw new Error('the package has no schema of CycloneDX 1.6');
  return found;
}
