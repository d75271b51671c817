import { refusingNode } from '@kieq/testkit';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { floor, readYaml } from '../support/files.ts';

const lockfile = z.looseObject({
  packages: z.record(z.string(), z.looseObject({ engines: z.looseObject({ node: z.string().optional() }).optional() })),
});

test('every package of the lockfile accepts the oldest Node, also those of development', async () => {
  const { packages } = await readYaml('pnpm-lock.yaml', lockfile);
  const all = Object.entries(packages).map(([key, { engines }]) => {
    const at = key.lastIndexOf('@');
    return { name: key.slice(0, at), version: key.slice(at + 1), node: engines?.node ?? '*' };
  });
  expect(all.length).toBeGreaterThan(300);
  expect(refusingNode(all, await floor())).toEqual([]);
});

test('an install refuses a package that does not, also where it runs on a newer Node', async () => {
  const settings = await readYaml('pnpm-workspace.yaml', z.looseObject({}));
  expect(settings).toMatchObject({ engineStrict: true, nodeVersion: await floor() });
});

test('what a version of Node refuses is told with its range', () => {
  const one = { name: 'cookie', version: '2.0.2', node: '>=22' };
  expect(refusingNode([one], '20.19.0')).toEqual(['cookie@2.0.2 wants >=22']);
  expect(refusingNode([one], '22.0.0')).toEqual([]);
});
