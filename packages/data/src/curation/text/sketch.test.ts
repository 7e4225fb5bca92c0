import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { deriveKey, RandomStream } from '../../random.ts';
import { ALONE, numberBuckets } from './buckets.ts';
import { ByteStore } from './byte-store.ts';
import { hashBytes, mix } from './hash.ts';
import { minHash } from './min-hash.ts';
import { HashSet, SHINGLE_BYTES, shingleHashes } from './shingles.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

test('equal shingles have equal hashes, different ones different', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' '), maxLength: 60 }), fc.nat(9), (text, pad) => {
      const bytes = bytesOf('x'.repeat(pad) + text);
      const hashes = new Uint32Array(bytes.length + 1);
      const count = shingleHashes(bytes, pad, bytes.length, hashes);
      expect(count).toBe(Math.max(1, text.length - SHINGLE_BYTES + 1));
      const byText = new Map<string, number>();
      for (let at = 0; at < count; at++) {
        const shingle = text.slice(at, at + SHINGLE_BYTES);
        expect(byText.get(shingle) ?? hashes[at]!).toBe(hashes[at]!);
        byText.set(shingle, hashes[at]!);
      }
      expect(new Set(byText.values()).size).toBe(byText.size);
    }),
  );
});

test('a hash set behaves like a set and forgets when cleared', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.array(
          fc.nat(40).map((key) => key * 4096),
          { maxLength: 60 },
        ),
        { maxLength: 6 },
      ),
      (rounds) => {
        const set = new HashSet();
        for (const keys of rounds) {
          set.clear(keys.length);
          const plain = new Set<number>();
          for (const key of keys) {
            expect(set.add(key)).toBe(!plain.has(key));
            plain.add(key);
          }
          for (let key = 0; key <= 40 * 4096; key += 4096) expect(set.has(key)).toBe(plain.has(key));
        }
      },
    ),
  );
});

test.each([0.2, 0.5, 0.8])('min-hash entries agree as often as the Jaccard similarity says: %p', (similarity) => {
  const random = new RandomStream(deriveKey(7, Math.round(similarity * 100)));
  const [bins, size, trials] = [64, 120, 300];
  const shared = Math.round((2 * size * similarity) / (1 + similarity));
  const [one, other] = [new Uint32Array(bins), new Uint32Array(bins)];
  let equal = 0;
  for (let trial = 0; trial < trials; trial++) {
    const draw = () => mix(random.word());
    const common = Array.from({ length: shared }, draw);
    const set = () => Uint32Array.from([...common, ...Array.from({ length: size - shared }, draw)]);
    minHash(set(), size, bins, one);
    minHash(set(), size, bins, other);
    equal += one.filter((value, bin) => value === other[bin]).length;
  }
  const jaccard = shared / (2 * size - shared);
  // Five standard deviations of the mean, with half as many independent entries as bins for those that were borrowed.
  const deviation = Math.sqrt((jaccard * (1 - jaccard)) / ((bins / 2) * trials));
  expect(Math.abs(equal / (bins * trials) - jaccard)).toBeLessThan(5 * deviation);
});

test('min-hash of fewer shingles than bins fills every entry, whatever their order', () => {
  const few = Uint32Array.from([mix(1), mix(2), mix(3)]);
  const [entries, again] = [new Uint32Array(64), new Uint32Array(64)];
  minHash(few, 3, 64, entries);
  minHash(few.toReversed(), 3, 64, again);
  expect(again).toEqual(entries);
  expect([...entries].every((entry) => few.includes(entry))).toBe(true);
});

test('buckets group rows by key like a map does', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.nat(5), fc.integer({ min: 0, max: 0xffffffff })), { maxLength: 80 }), fc.nat(9), (keys, first) => {
      const buckets = Uint32Array.from(keys);
      const end = numberBuckets(buckets, first, buckets);
      const groups = Map.groupBy(keys.keys(), (row) => keys[row]!);
      const shared = [...groups.values()].filter((rows) => rows.length > 1);
      expect(end).toBe(first + shared.length);
      for (const rows of groups.values()) {
        if (rows.length === 1) expect(buckets[rows[0]!]).toBe(ALONE);
        else expect(new Set(rows.map((row) => buckets[row]!)).size).toBe(1);
      }
      expect(new Set([...buckets].filter((bucket) => bucket !== ALONE)).size).toBe(shared.length);
    }),
  );
});

test('many rows are grouped as few are', () => {
  const random = new RandomStream(deriveKey(11));
  const keys = Uint32Array.from({ length: 9000 }, () => (random.uniform() < 0.5 ? mix(random.integer(0, 2000)) : random.word()));
  const buckets = new Uint32Array(keys.length);
  numberBuckets(keys, 0, buckets);
  const groups = [...Map.groupBy(keys.keys(), (row) => keys[row]!).values()];
  for (const rows of groups) {
    const numbers = new Set(rows.map((row) => buckets[row]!));
    expect(numbers.size).toBe(1);
    expect(numbers.has(ALONE)).toBe(rows.length === 1);
  }
  const shared = groups.filter((rows) => rows.length > 1);
  expect(new Set(shared.map((rows) => buckets[rows[0]!]!)).size).toBe(shared.length);
});

test('a byte store keeps what it was given, in pieces too large for one chunk as well', () => {
  const store = new ByteStore();
  const texts = Array.from({ length: 3000 }, (_, index) => `text ${index} ${'é'.repeat(index % 50)}`);
  for (const text of texts) store.push(bytesOf(text), bytesOf(text).length);
  const large = new Uint8Array((1 << 20) + 5).fill(7);
  const index = store.push(large, large.length);
  expect(texts.every((text, at) => store.text(at) === text)).toBe(true);
  expect(store.equals(index, large, large.length)).toBe(true);
  expect(store.equals(index, large, large.length - 1)).toBe(false);
  expect(store.equals(0, bytesOf('text 1 é'), bytesOf('text 0 ').length)).toBe(false);
});

test('hashes of bytes depend on content, length and seed', () => {
  const bytes = bytesOf('aabbaabb');
  expect(hashBytes(bytes, 0, 4, 1)).toBe(hashBytes(bytes, 4, 8, 1));
  expect(hashBytes(bytes, 0, 4, 1)).not.toBe(hashBytes(bytes, 0, 4, 2));
  expect(hashBytes(bytes, 0, 4, 1)).not.toBe(hashBytes(bytes, 0, 3, 1));
});
