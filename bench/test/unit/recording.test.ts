import { describe, expect, test } from 'vitest';
import { differences, inPool, isScript, isWaiting, lanePrefix, replayable, writeOf } from '../../src/cost/recording.ts';
import { argumentsOf, commandOf, CommandSplitter, ReplySplitter, type Command } from '../../src/cost/resp.ts';

const PREFIX = '{kieq-test-cost-0123abcd}';

function command(...parts: string[]): Command {
  return { name: parts[0] ?? '', bytes: commandOf(parts) };
}

describe('commands', () => {
  const bytes = Buffer.concat([
    commandOf(['set', 'k', 'a\r\nb']),
    commandOf(['EVALSHA', 'sha', '0']),
    commandOf(['GET', '']),
  ]);

  test('are cut wherever their bytes were cut on the way', () => {
    const whole = new CommandSplitter().push(bytes);
    expect(whole.map(({ name }) => name)).toEqual(['SET', 'EVALSHA', 'GET']);
    expect(Buffer.concat(whole.map((one) => one.bytes))).toEqual(bytes);
    for (let size = 1; size < bytes.length; size += 1) {
      const splitter = new CommandSplitter();
      const found: Command[] = [];
      for (let at = 0; at < bytes.length; at += size) found.push(...splitter.push(bytes.subarray(at, at + size)));
      expect(found).toEqual(whole);
    }
  });

  test('have their arguments, empty ones and those with line breaks too', () => {
    expect(argumentsOf(commandOf(['SET', '', 'a\r\nb'])).map(String)).toEqual(['SET', '', 'a\r\nb']);
  });

  test('in another form are refused', () => {
    expect(() => new CommandSplitter().push(Buffer.from('PING\r\n'))).toThrow('begins with byte');
    expect(() => new CommandSplitter().push(Buffer.from('+PING\r\n'))).toThrow('array of bulk strings');
  });
});

describe('replies', () => {
  const TEXT =
    '+OK\r\n$3\r\na\r\n\r\n$-1\r\n_\r\n*2\r\n:1\r\n*1\r\n$0\r\n\r\n%1\r\n+a\r\n,1.5\r\n*-1\r\n-ERR no\r\n>1\r\n+m\r\n#t\r\n';

  test('are counted by their kinds, wherever they were cut', () => {
    for (let size = 1; size <= TEXT.length; size += 1) {
      const splitter = new ReplySplitter();
      const kinds: string[] = [];
      for (let at = 0; at < TEXT.length; at += size)
        kinds.push(...splitter.push(Buffer.from(TEXT.slice(at, at + size))));
      expect(kinds.join('')).toBe('+$__*%_->#');
    }
  });

  test('of another kind are found, those of commands that were changed left out', () => {
    expect(differences('+$_', '+$_')).toBe(0);
    expect(differences('+?_', '+*$')).toBe(1);
    expect(differences('++', '+')).toBe(1);
  });
});

describe('what is sent again', () => {
  test('never waits: a blocking pop becomes a pop, and what has none of the same effect is left out', () => {
    const pop = replayable(command('BZPOPMIN', 'marker', '5'));
    expect([pop?.name, ...argumentsOf(pop?.bytes ?? Buffer.alloc(0)).map(String)]).toEqual([
      'ZPOPMIN',
      'ZPOPMIN',
      'marker',
    ]);
    const left = [command('XREAD', 'BLOCK', '0', 'STREAMS', 's', '$'), command('SUBSCRIBE', 'c'), command('QUIT')];
    expect(left.map(replayable)).toEqual([undefined, undefined, undefined]);
    expect(isWaiting(command('XREAD', 'STREAMS', 's', '0'))).toBe(false);
    expect(writeOf(1, left, undefined)).toBeUndefined();
  });

  test('keeps together what a client wrote at once', () => {
    const write = writeOf(3, [command('MULTI'), command('QUIT'), command('EXEC')], undefined);
    expect(write).toMatchObject({ connection: 3, replies: 2 });
    expect(writeOf(3, [command('MULTI'), command('EXEC')], '+*')).toMatchObject({ replies: 2, kinds: '+*' });
    expect(writeOf(3, [command('MULTI'), command('EXEC')], undefined)?.kinds).toBe('??');
  });

  test('names another pool of the same length wherever the recorded one was', () => {
    const lane = lanePrefix(PREFIX, 7);
    expect(lane).toBe('{kieq-test-cost-00000007}');
    const write = {
      connection: 0,
      bytes: commandOf(['SET', `${PREFIX}:a`, `x${PREFIX}${PREFIX}`]),
      replies: 1,
      kinds: '+',
    };
    const moved = inPool(write, PREFIX, lane);
    expect(argumentsOf(moved.bytes).map(String)).toEqual(['SET', `${lane}:a`, `x${lane}${lane}`]);
    expect(String(write.bytes)).toContain(PREFIX);
    expect(() => inPool(write, PREFIX, '{short}')).toThrow('not as long');
  });

  test('scripts are counted by every name under which they are called', () => {
    expect(['EVAL', 'EVALSHA', 'EVALSHA_RO', 'FCALL', 'GET'].filter((name) => isScript(command(name)))).toHaveLength(4);
  });
});
