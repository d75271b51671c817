import { describe, expect, it } from 'vitest';
import { parseSettings, SettingsError } from '../../src/environment.ts';

function problems(given: Record<string, string>): string {
  try {
    parseSettings(given);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  return '';
}

describe('parseSettings', () => {
  it('listens on a free loopback port with control by default', () => {
    expect(parseSettings({ SIM_API_KEY: '' })).toEqual({
      settings: { host: '127.0.0.1', port: 0, control: true },
      faults: [],
    });
  });

  it('reads every form', () => {
    const { settings } = parseSettings({
      SIM_PORT: '8090',
      SIM_CONTROL: 'no',
      SIM_API_KEY: 'k',
      SIM_RATE_LIMIT: '20/10000',
      SIM_QUERY_LIMIT: 'none',
      SIM_CREATE_LATENCY_MS: '300-900',
      SIM_QUERY_LATENCY_MS: '0',
      SIM_MODELS: 'a, b',
      SIM_DIALECT: 'wire',
      SIM_FAIL_RATE: '0.1',
      SIM_OPTIONS: '{"failRate":1,"freshUnknownMs":5}',
    });
    expect(settings).toMatchObject({
      port: 8090,
      control: false,
      apiKey: 'k',
      rateLimit: { limit: 20, windowMs: 10_000 },
      queryLimit: null,
      createLatency: { minMs: 300, maxMs: 900 },
      queryLatency: { minMs: 0, maxMs: 0 },
      models: ['a', 'b'],
      dialect: 'wire',
      failRate: 0.1,
      freshUnknownMs: 5,
    });
  });

  it.each([
    ['5000', { kind: 'fixed', ms: 5000 }],
    ['2000-8000', { kind: 'uniform', minMs: 2000, maxMs: 8000 }],
    ['140000~0.15', { kind: 'lognormal', medianMs: 140_000, sigma: 0.15 }],
  ])('reads the distribution %s', (text, distribution) => {
    expect(parseSettings({ SIM_GENERATION_MS: text }).settings.generation).toEqual(distribution);
  });

  it('reads faults', () => {
    const SIM_FAULTS = '[{"on":"createTask","fault":{"kind":"cutAfter"}}]';
    expect(parseSettings({ SIM_FAULTS }).faults).toHaveLength(1);
  });

  it('reports every problem together, without values that may be secret', () => {
    const message = problems({
      SIM_PORT: '70000',
      SIM_RATE_LIMIT: 'many',
      SIM_DIALECT: 'spoken',
      SIM_CREATE_LATENCY_MS: '9-1',
      SIM_OPTIONS: '{',
      SIM_FAULTS: '[{"on":"nowhere"}]',
      SIM_API_KEY: 'hush',
    });
    const names = ['PORT', 'RATE_LIMIT', 'DIALECT', 'CREATE_LATENCY_MS', 'OPTIONS', 'FAULTS'];
    for (const name of names) expect(message).toContain(`SIM_${name}`);
    expect(message).not.toContain('hush');
  });

  it('checks further options and keeps control on loopback', () => {
    const message = problems({
      SIM_OPTIONS: '{"nonsense":1,"failRate":2}',
      SIM_HOST: '0.0.0.0',
      SIM_CONTROL: 'true',
    });
    for (const name of ['nonsense', 'failRate', 'SIM_CONTROL']) expect(message).toContain(name);
    expect(parseSettings({ SIM_HOST: '0.0.0.0' }).settings.control).toBe(false);
  });
});
