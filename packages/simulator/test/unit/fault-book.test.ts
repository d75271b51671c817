import { describe, expect, it } from 'vitest';
import { FaultBook } from '../../src/fault-book.ts';
import type { FaultRule } from '../../src/fault-rules.ts';
import { SimulatorError } from '../../src/invalid.ts';
import { mulberry32 } from '../../src/random.ts';

function book(...rules: FaultRule[]): FaultBook {
  const made = new FaultBook(() => mulberry32(3));
  made.script(rules);
  return made;
}

function kinds(faults: FaultBook, calls: number, prompt = 'a cat'): (string | undefined)[] {
  return Array.from({ length: calls }, (_, index) => faults.take('createTask', { call: index + 1, prompt })?.kind);
}

describe('FaultBook', () => {
  it('strikes once by default', () => {
    const faults = book({ on: 'createTask', fault: { kind: 'cutAfter' } });
    expect(kinds(faults, 3)).toEqual(['cutAfter', undefined, undefined]);
    expect(faults.size).toBe(0);
  });

  it('strikes the numbered call', () => {
    const faults = book({ on: 'createTask', when: { call: 2 }, fault: { kind: 'cutAfter' } });
    expect(kinds(faults, 3)).toEqual([undefined, 'cutAfter', undefined]);
  });

  it('lets calls pass first, then strikes that many times', () => {
    const faults = book({
      on: 'createTask',
      when: { skip: 1, times: 2 },
      fault: { kind: 'hangAfter' },
    });
    expect(kinds(faults, 4)).toEqual([undefined, 'hangAfter', 'hangAfter', undefined]);
  });

  it('matches a part of the prompt, always if asked', () => {
    const faults = book({
      on: 'createTask',
      when: { prompt: 'dog', times: 'always' },
      fault: { kind: 'noTaskId' },
    });
    expect(kinds(faults, 2, 'a cat')).toEqual([undefined, undefined]);
    expect(kinds(faults, 2, 'hot dogs')).toEqual(['noTaskId', 'noTaskId']);
  });

  it('strikes at random without end, and repeatably', () => {
    const random = mulberry32(5);
    const faults = new FaultBook(() => random);
    faults.script([{ on: 'createTask', when: { probability: 0.25 }, fault: { kind: 'cutBefore' } }]);
    const struck = kinds(faults, 1000).filter((kind) => kind !== undefined).length;
    expect(struck).toBeGreaterThan(200);
    expect(struck).toBeLessThan(300);
  });

  it('never strikes with probability 0', () => {
    const faults = book({
      on: 'createTask',
      when: { probability: 0 },
      fault: { kind: 'cutBefore' },
    });
    expect(kinds(faults, 50).every((kind) => kind === undefined)).toBe(true);
  });

  it('takes the first of several, and keeps one that does not apply for later', () => {
    const faults = book(
      { on: 'createTask', fault: { kind: 'cutAfter' } },
      { on: 'createTask', fault: { kind: 'cutBefore' } },
    );
    const facts = { call: 1, prompt: '' };
    expect(faults.take('createTask', facts, (fault) => fault.kind !== 'cutAfter')?.kind).toBe('cutBefore');
    expect(faults.take('createTask', facts)?.kind).toBe('cutAfter');
  });

  it('keeps sites apart', () => {
    const faults = book({ on: 'recordInfo', fault: { kind: 'notFound' } });
    expect(kinds(faults, 1)).toEqual([undefined]);
    expect(faults.take('recordInfo', { call: 1, prompt: '' })?.kind).toBe('notFound');
  });

  it('refuses unknown kinds, sites and fields, and adds nothing then', () => {
    const faults = book();
    const good: FaultRule = { on: 'createTask', fault: { kind: 'cutAfter' } };
    // @ts-expect-error: a fault of another site
    expect(() => faults.script([good, { on: 'createTask', fault: { kind: 'notFound' } }])).toThrow(SimulatorError);
    // @ts-expect-error: no such site
    expect(() => faults.script([good, { ...good, on: 'nowhere' }])).toThrow(SimulatorError);
    // @ts-expect-error: no such condition
    expect(() => faults.script([good, { ...good, when: { prompts: 'x' } }])).toThrow(SimulatorError);
    expect(faults.size).toBe(0);
  });
});
