import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ENVIRONMENT } from '@kieq/config';
import { validate, ValidationSeverity } from 'dockerfile-utils';
import { expect, test } from 'vitest';
import { environmentOf, readDockerfile, wholeStage } from '../support/dockerfile.ts';
import { read, ROOT } from '../support/files.ts';

const text = await read('Dockerfile');
const stages = readDockerfile(text);
const SERVERS = {
  worker: 'WORKER_METRICS_PORT',
  gateway: 'GATEWAY_PORT',
  dashboard: 'DASHBOARD_PORT',
  simulator: 'SIM_PORT',
};
const TARGETS = [...Object.keys(SERVERS), 'cli'];

/** The last word of a kind in a target, its bases included. */
function last(target: string, keyword: string): string {
  return wholeStage(stages, target).findLast((one) => one.keyword === keyword)?.args ?? '';
}

test('the linter finds nothing', () => {
  const strict = ValidationSeverity.ERROR;
  const settings = {
    deprecatedMaintainer: strict,
    directiveCasing: strict,
    emptyContinuationLine: strict,
    instructionCasing: strict,
    instructionCmdMultiple: strict,
    instructionEntrypointMultiple: strict,
    instructionHealthcheckMultiple: strict,
    instructionJSONInSingleQuotes: strict,
    instructionWorkdirRelative: strict,
  };
  expect(validate(text, settings)).toEqual([]);
  expect(validate(`${text}\nWORKDIR app\n`, settings)).toHaveLength(1);
});

test('there is a target for every app, and the worker is the default', () => {
  expect(
    stages
      .map(({ name }) => name)
      .filter((name) => TARGETS.includes(name))
      .toSorted(),
  ).toEqual(TARGETS.toSorted());
  expect(stages.at(-1)?.name).toBe('worker');
  const build = wholeStage(stages, 'build')
    .map(({ args }) => args)
    .join('\n');
  const made = /layout\.sh \/out ([\w ]+)/.exec(build)?.[1]?.split(' ');
  expect(made?.toSorted()).toEqual(TARGETS.toSorted());
});

test.each(TARGETS)('%s runs on Node 24 as an ordinary user, with nothing of the build but its own layout', (target) => {
  const instructions = wholeStage(stages, target);
  expect(stages.find(({ name }) => name === 'runtime')?.from).toMatch(/^node:24-/);
  expect(last(target, 'USER')).toBe('node');
  const copied = instructions
    .filter(({ keyword }) => keyword === 'COPY')
    .map(({ flags, args }) => [...flags, args].join(' '));
  expect(copied).toEqual(['deploy/health.mjs /health.mjs', `--from=build /out/${target} ./`]);
  const command = JSON.parse(target === 'cli' ? last(target, 'ENTRYPOINT') : last(target, 'CMD'));
  expect(command).toEqual(['node', 'dist/main.js']);
});

test.each(Object.entries(SERVERS))('%s exposes its port, and its health check asks there', (target, variable) => {
  const environment = environmentOf(wholeStage(stages, target));
  expect(last(target, 'EXPOSE')).toBe(environment.get(variable));
  expect(last(target, 'HEALTHCHECK')).toContain(`CMD ["node", "/health.mjs", "${variable}"`);
});

test('uploads are in the one folder for files, whose volume all share', () => {
  const runtime = wholeStage(stages, 'runtime');
  expect(runtime.map(({ args }) => args)).toContain('mkdir /data && chown node:node /data');
  for (const target of TARGETS)
    expect(environmentOf(wholeStage(stages, target)).get('UPLOAD_STORE_URL')).toBe('file:///data/uploads');
});

test('every variable that it sets is one that the apps read', () => {
  const known = new Set(['CI', 'NODE_ENV', 'SIM_HOST', 'SIM_PORT', ...ENVIRONMENT.map(({ key }) => key)]);
  const set = TARGETS.flatMap((target) => [...environmentOf(wholeStage(stages, target)).keys()]);
  expect(set.filter((key) => !known.has(key))).toEqual([]);
});

test('what it copies from the repository is there and not ignored', async () => {
  const allowed = new Set((await read('.dockerignore')).split('\n').flatMap((line) => /^!(.+)$/.exec(line)?.[1] ?? []));
  const copies = stages.flatMap(({ instructions }) =>
    instructions.filter(({ keyword, flags }) => keyword === 'COPY' && flags.length === 0),
  );
  const sources = copies.flatMap(({ args }) => args.split(/\s+/).slice(0, -1));
  expect(sources.length).toBeGreaterThan(5);
  for (const source of sources) {
    await stat(join(ROOT, source));
    expect(allowed).toContain(source);
  }
});
