import { expect, test } from 'vitest';
import { cpuMsOf, ownCpuUs, parseCpuMs, residentMiB } from '../../src/process-cpu.ts';
import { costBetween, parseTotals } from '../../src/redis-cost.ts';
import { mean, median, medianOf, quantile } from '../../src/statistics.ts';

const INFO = [
  '# CPU',
  'used_cpu_sys:1.500000',
  'used_cpu_user:2.000001',
  'used_cpu_sys_children:9',
  '# Stats',
  'total_commands_processed:40',
  'total_net_input_bytes:1000',
  'total_net_output_bytes:500',
  '# Commandstats',
  'cmdstat_evalsha:calls=3,usec=70,usec_per_call=23.33,rejected_calls=0,failed_calls=0',
  'cmdstat_set:calls=30,usec=50,usec_per_call=1.66,rejected_calls=0,failed_calls=0',
  'cmdstat_eval:calls=1,usec=30,usec_per_call=30.00,rejected_calls=0,failed_calls=0',
].join('\r\n');

test('the totals of Redis: CPU of the server alone, scripts without the commands that they call', () => {
  expect(parseTotals(INFO)).toEqual({
    redisUs: 3_500_001,
    scriptUs: 100,
    scripts: 4,
    commands: 40,
    bytesIn: 1000,
    bytesOut: 500,
  });
});

test('INFO without what is needed is refused by the name of the field', () => {
  expect(() => parseTotals('used_cpu_user:1')).toThrow('used_cpu_sys');
});

test('the cost of an operation is the difference divided by their number', () => {
  const before = parseTotals(INFO);
  const after = { ...before, commands: 60, redisUs: 3_500_011 };
  expect(costBetween(before, after, 10)).toEqual({
    redisUs: 1,
    scriptUs: 0,
    scripts: 0,
    commands: 2,
    bytesIn: 0,
    bytesOut: 0,
  });
});

test('the CPU time of a process whose name has blanks and brackets', () => {
  const stat = `1 (a) b) S ${Array.from({ length: 10 }, () => '7').join(' ')} 25 10 0 0`;
  expect(parseCpuMs(stat)).toBe(350);
  expect(() => parseCpuMs('1 (a) S')).toThrow('CPU time');
});

test('the CPU time and the memory of a running process are read', async () => {
  const own = ownCpuUs() / 1000;
  const told = await cpuMsOf(process.pid);
  expect(Math.abs(told - own)).toBeLessThan(1000);
  expect(await residentMiB(process.pid)).toBeGreaterThan(10);
});

test('medians, quantiles and means', () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3]), quantile([0, 10], 0.99), mean([1, 2])]).toEqual([2, 2.5, 9.9, 1.5]);
  expect(medianOf([{ a: 5 }, { a: 1 }, { a: 3 }], 'a')).toBe(3);
  expect(median([])).toBeNaN();
});
