import { DEAD_LETTER_CLASSES, GATE_REASONS, isKnown } from '@kieq/domain';
import { describe, expect, test } from 'vitest';
import { optionsOf } from '../../src/upgrade/options.ts';
import { valueOf } from '../../src/upgrade/readers.ts';
import { tableOf } from '../../src/upgrade/table.ts';
import { gateTroubles, deadLetterTroubles } from '../../src/upgrade/troubles.ts';

describe('upgrade-check', () => {
  test('takes a revision of Git, and nothing that Git would take for an option', () => {
    for (const from of ['111bb25', 'v0.2.0', 'origin/main~3', 'main^', 'HEAD@{1}'])
      expect(optionsOf(['--from', from])).toEqual({ from });
    for (const args of [[], ['--from'], ['--from', ''], ['--from=--exec=x'], ['--from', 'a b'], ['--to', 'x'], ['x']])
      expect(optionsOf(args)).toBeUndefined();
  });

  test('prints a line for each scene, and why one failed', () => {
    const done = { scene: 'there', seconds: 3, generations: 9, played: 'a, b' };
    const failed = { scene: 'and back', seconds: 12, generations: 60, played: '', failure: 'one is lost' };
    expect(tableOf([done, failed]).split('\n')).toEqual([
      'ok      there        3 s    9 generations  a, b',
      'FAILED  and back    12 s   60 generations',
      'and back: one is lost',
    ]);
  });

  test('opens known classes and gates only, each once', () => {
    const classes = deadLetterTroubles.map((one) => one.class);
    const reasons = gateTroubles.map(({ reason }) => reason);
    expect(classes.filter((one) => !isKnown(DEAD_LETTER_CLASSES, one))).toEqual([]);
    expect(reasons.filter((one) => !isKnown(GATE_REASONS, one))).toEqual([]);
    expect([new Set(classes).size, new Set(reasons).size]).toEqual([classes.length, reasons.length]);
    expect(classes).toContain('payment_unknown');
    expect(reasons).toContain('credits');
  });

  test('adds up the series of a metric', () => {
    const metrics = 'kieq_a{x="1"} 2\nkieq_a{x="2",y="3"} 5\nkieq_ab 9\nkieq_b 1\n';
    expect([valueOf(metrics, 'kieq_a'), valueOf(metrics, 'kieq_a', 'x="2"'), valueOf(metrics, 'kieq_b')]).toEqual([
      7, 5, 1,
    ]);
  });
});
