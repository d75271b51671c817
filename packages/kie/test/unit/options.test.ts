import { describe, expect, it } from 'vitest';

import { createKieClient } from '../../src/client.ts';
import { endpoint, resolveOptions } from '../../src/options.ts';

describe('options', () => {
  it('have the documented defaults', () => {
    const resolved = resolveOptions({ apiKey: 'k' });
    expect(resolved.baseUrl.href).toBe('https://api.kie.ai/');
    expect(resolved.uploadUrl.href).toBe('https://kieai.redpandaai.co/');
    expect(resolved).toMatchObject({ connectTimeoutMs: 5000, queryTimeoutMs: 10_000, maxBodyBytes: 1_048_576 });
    expect(resolved.retry).toEqual({ retries: 2, minMs: 100, maxMs: 2000 });
  });

  // @guarantee G7
  it('are refused together, without showing the key', () => {
    const create = () =>
      createKieClient({ apiKey: 'se cret', baseUrl: 'ftp://x', uploadUrl: 'https://u:p@x', connectTimeoutMs: 0 });
    expect(create).toThrow(/apiKey.*baseUrl.*uploadUrl.*connectTimeoutMs/s);
    expect(create).not.toThrow(/se cret/);
  });

  it('join paths to a base URL with a path', () => {
    const { baseUrl } = resolveOptions({ apiKey: 'k', baseUrl: 'http://127.0.0.1:1/kie/' });
    expect(endpoint(baseUrl, '/api/v1/x', { taskId: 'a b&c' }).href).toBe(
      'http://127.0.0.1:1/kie/api/v1/x?taskId=a+b%26c',
    );
  });
});
