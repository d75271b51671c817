import { expect, test } from 'vitest';
import { filesBelow, read } from '../support/documents.ts';

test('OpenTelemetry is imported by one file, which is loaded only where tracing is on', async () => {
  const sources = (await Promise.all(['packages', 'apps'].map((folder) => filesBelow(folder, '.ts')))).flat();
  const texts = await Promise.all(
    sources.filter((path) => path.includes('/src/')).map(async (path) => [path, await read(path)] as const),
  );
  const importing = (what: RegExp): string[] => texts.filter(([, text]) => what.test(text)).map(([path]) => path);
  expect(importing(/from '@opentelemetry\//)).toEqual(['packages/telemetry/src/tracing/otel.ts']);
  expect(importing(/(from|import) '[^']*\/otel\.ts'/)).toEqual([]);
  expect(importing(/import\('\.\/otel\.ts'\)/)).toEqual(['packages/telemetry/src/tracing/start-tracing.ts']);
});
