import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { DuplicateFinder, findDuplicates, type SourcedText } from './duplicates.ts';

const row = (text: string, source = 'one'): SourcedText => ({ text, source });
const PENCILS =
  'Every morning Mira walks 9 kilometres to the market and buys 12 pencils for her cousins. How many pencils has she after 30 days?';
const EDITED =
  'Each morning Mira walks 9 kilometres to the market and purchases 12 pencils for her cousins. What number of pencils has she after 30 days?';

describe('kinds', () => {
  test('exact, restyled and near duplicates name the text that stays', () => {
    const found = findDuplicates([
      row(PENCILS),
      row('Compute $\\frac{1}{2}+x$.'),
      row(PENCILS),
      row('Compute \\(\\dfrac12 + x\\).'),
      row(EDITED),
    ]);
    expect(found.map(({ index, of, kind }) => [index, of, kind])).toEqual([
      [2, 0, 'exact'],
      [3, 1, 'restyled'],
      [4, 0, 'near'],
    ]);
    expect(found[2]!.similarity).toBeGreaterThan(0.55);
    expect(found[2]!.similarity).toBeLessThan(1);
  });

  test('other numbers are another problem', () => {
    expect(findDuplicates([row(PENCILS), row(PENCILS.replace('12', '13')), row(PENCILS.replace('30', '9').replace('9 ', '30 '))])).toEqual(
      [],
    );
  });

  test('within a source, copies in other sources do not count', () => {
    const rows = [row(PENCILS, 'one'), row(PENCILS, 'two'), row(EDITED, 'two'), row(EDITED, 'one')];
    expect(findDuplicates(rows, { within: 'source' }).map(({ index, of }) => [index, of])).toEqual([
      [2, 1],
      [3, 0],
    ]);
    expect(findDuplicates(rows).map(({ index, of }) => [index, of])).toEqual([
      [1, 0],
      [2, 0],
      [3, 0],
    ]);
  });

  test('a similarity out of range is refused', () => {
    expect(() => new DuplicateFinder({ similarity: 0 })).toThrow('similarity 0');
  });
});

describe('templates', () => {
  const template =
    'On a far island everybody is a knight or a knave; knights always speak the truth and knaves always lie. You meet two people there.';
  const names = ['Ada', 'Bo', 'Cy', 'Dina', 'Eli', 'Fay', 'Gus', 'Hana', 'Ivo', 'Jo', 'Kim', 'Lea', 'Mo', 'Nia', 'Oz', 'Pia'];
  const puzzles = names.flatMap((one) =>
    names
      .filter((other) => other !== one)
      .map((other) => row(`${template} ${one} says that ${other} is a knave. ${other} nods at ${one}. Who is who?`)),
  );

  test('puzzles in one template are different problems, and an edited copy of one is found', () => {
    expect(puzzles).toHaveLength(240);
    expect(findDuplicates(puzzles)).toEqual([]);
    const copy = row(puzzles[77]!.text.replace('everybody', 'everyone').replace('nods at', 'smiles at'));
    expect(findDuplicates([...puzzles, copy]).map(({ index, of }) => [index, of])).toEqual([[240, 77]]);
  });

  test('the same problem with the instructions of another collection is found', () => {
    const plain = puzzles.map((_, index) =>
      row(`A shop sells ${names[index % 16]} candles and ${index} lamps at ${index * 7 + 3} coins a piece. What is paid?`),
    );
    const instructed = plain
      .slice(0, 220)
      .map(({ text }) => row(`${text} Think it over in small steps and write the final result within a box.`, 'two'));
    expect(findDuplicates([...plain, ...instructed]).filter(({ index, of }) => index - 240 === of)).toHaveLength(220);
  });
});

test('the result does not depend on how the texts are cut into batches', () => {
  const texts = [
    PENCILS,
    EDITED,
    PENCILS.replace('12', '13'),
    'Find x + 1.',
    'Find x + 2.',
    'What is x+1?',
    `${PENCILS} `,
    'Name a prime.',
  ];
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom(...texts), fc.constantFrom('one', 'two')), { maxLength: 40 }),
      fc.integer({ min: 1, max: 9 }),
      (pairs, size) => {
        const rows = pairs.map(([text, source]) => row(text, source));
        const finder = new DuplicateFinder();
        for (let at = 0; at < rows.length; at += size) finder.add(rows.slice(at, at + size));
        const found = finder.find();
        expect(found).toEqual(findDuplicates(rows));
        // A text that goes is like an earlier one that stays.
        const gone = new Set(found.map(({ index }) => index));
        expect(found.every(({ index, of }) => of < index && !gone.has(of))).toBe(true);
      },
    ),
    { numRuns: 40 },
  );
});
