import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { firstDifference } from './compare-output.ts';

const lines = (output: string, expected: string): string | null => firstDifference(output, expected, { mode: 'lines' });

describe('lines', () => {
  test.each([
    ['3\n', '3'],
    ['  1 2  \n3', '1 2\n3\n\n'],
    ['1.50', '1.5'],
    ['-0.0 1e3', '0 1000'],
    ['100000000000000000000000000000001.0', '100000000000000000000000000000001'],
    ['', ''],
  ])('%j agrees with %j', (output, expected) => {
    expect(lines(output, expected)).toBeNull();
  });

  test.each([
    ['1 2', '1  2 3', 'line 1: expected "1  2 3", got "1 2"'],
    ['1\n2', '1', 'expected 1 lines, got 2'],
    ['1', '1\n2', 'line 2: expected "2", got nothing'],
    [
      '100000000000000000000000000000001',
      '100000000000000000000000000000002',
      'line 1: expected "100000000000000000000000000000002", got "100000000000000000000000000000001"',
    ],
    ['nan', '1', 'line 1: expected "1", got "nan"'],
    ['a  b', 'a b', 'line 1: expected "a b", got "a  b"'],
    ['yes', 'YES', 'line 1: expected "YES", got "yes"'],
  ])('%j differs from %j: %s', (output, expected, message) => {
    expect(lines(output, expected)).toBe(message);
  });

  test('a decimal equals itself however it is written, and nothing else', () => {
    const decimal = fc.tuple(fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }), fc.integer({ min: 0, max: 20 }));
    const write = ([digits, places]: [bigint, number], zeros: number): string => {
      const text = (digits < 0n ? -digits : digits).toString().padStart(places + 1, '0');
      const whole = `${'0'.repeat(zeros)}${text.slice(0, text.length - places)}`;
      return `${digits < 0n ? '-' : ''}${whole}.${text.slice(text.length - places)}${'0'.repeat(zeros)}`;
    };
    fc.assert(
      fc.property(decimal, decimal, fc.integer({ min: 0, max: 4 }), (a, b, zeros) => {
        // The oracle compares the fractions digits / 10^places over whole numbers.
        const same = a[0] * 10n ** BigInt(b[1]) === b[0] * 10n ** BigInt(a[1]);
        expect(lines(write(a, zeros), write(a, 0))).toBeNull();
        expect(lines(write(a, zeros), write(b, 0)) === null).toBe(same);
      }),
    );
  });
});

test('exact minds inner spaces and decimals, not the end', () => {
  expect(firstDifference('1.0\n\n', '1.0', { mode: 'exact' })).toBeNull();
  expect(firstDifference('1.0', '1', { mode: 'exact' })).toBe('line 1: expected "1", got "1.0"');
  expect(firstDifference(' 1', '1', { mode: 'exact' })).toBe('line 1: expected "1", got " 1"');
});

test('tolerance is absolute or relative, for numbers only', () => {
  const comparison = { mode: 'tolerance', absolute: 1e-6, relative: 1e-3 } as const;
  expect(firstDifference('1000.9 x', '1000 x', comparison)).toBeNull();
  expect(firstDifference('0.0000009', '0', comparison)).toBeNull();
  expect(firstDifference('1002', '1000', comparison)).toBe('line 1: expected "1000", got "1002"');
  expect(firstDifference('nan', '1', comparison)).not.toBeNull();
  expect(firstDifference('y', 'x', comparison)).not.toBeNull();
});
