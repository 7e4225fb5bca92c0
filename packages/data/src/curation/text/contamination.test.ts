import { describe, expect, test } from 'bun:test';
import { EvaluationIndex, numbersAgree } from './contamination.ts';

const PLAZA =
  'A rectangular plaza measures 84 metres by 132 metres and is paved with square tiles of equal size whose sides are whole metres. Find the least number of tiles that is needed.';
const PROGRAM = `from typing import List

def longest_run(values: List[int], limit: int) -> int:
    """ Given a list of readings from a sensor, return the length of the longest run
    of consecutive readings that all stay strictly below the given limit.
    >>> longest_run([1, 9, 2, 3], 5)
    2
    """
`;

describe('an evaluation text is found', () => {
  const index = new EvaluationIndex([
    { id: 'plaza', set: 'contest', text: PLAZA },
    { id: 'run', set: 'programs', text: PROGRAM },
  ]);

  test.each([
    ['word for word', PLAZA],
    ['reworded', PLAZA.replace('measures', 'has sides of').replace('is needed', 'one needs').replace('equal size', 'the same size')],
    ['restyled', PLAZA.replace('84', '$84$').replace('132', '\\(132\\)')],
    ['inside something longer', `Read with care. ${PLAZA} Explain each step, then give the answer to 3 decimals in a box.`],
  ])('%s', (_, text) => {
    expect(index.find(text)?.id).toBe('plaza');
  });

  test('a program by its description alone', () => {
    const task =
      'You get a list of readings from a sensor; return the length of the longest run of consecutive readings that all stay strictly below the limit given. Use Python.';
    expect(index.find(task)).toMatchObject({ id: 'run', rule: 'paraphrase' });
  });

  test('a contest task without its samples', () => {
    const task =
      'There are N lamps in a row, numbered from left to right. A switch turns every lamp between the two ends that you name. Tell how many switches turn all of them on.';
    const samples = '\n\nSample Input 1\n5 3\n1 4\n2 5\n3 3\n\nSample Output 1\n2\n\nSample Input 2\n9 1\n1 9\n\nSample Output 2\n1\n';
    const contest = new EvaluationIndex([{ id: 'lamps', set: 'contest', text: task + samples }]);
    expect(contest.find(`${task} Write a program that reads standard input.`)?.id).toBe('lamps');
  });

  test.each([
    ['other numbers', PLAZA.replace('84', '90')],
    ['numbers the other way round', PLAZA.replace('84', 'X').replace('132', '84').replace('X', '132')],
    [
      'another problem about the same things',
      'A plaza is paved with 84 tiles. Each tile weighs 132 kilograms. Find the weight of all tiles.',
    ],
    ['nothing', ''],
  ])('and %s is not', (_, text) => {
    expect(index.find(text)).toBeNull();
  });
});

test('instructions that a set has in common do not count', () => {
  const request = 'Think step by step, check every line of your work, and put the final answer within a box at the very end of your reply.';
  const topics = [
    'lamps',
    'boats',
    'trees',
    'coins',
    'cards',
    'doors',
    'birds',
    'books',
    'chairs',
    'wheels',
    'stars',
    'rings',
    'bells',
    'kites',
  ];
  const index = new EvaluationIndex(
    topics.map((topic, at) => ({ id: topic, set: 'contest', text: `A dealer trades ${at + 3} ${topic} daily. ${request}` })),
  );
  expect(index.find(`How tall is the tower? ${request}`)).toBeNull();
  expect(index.find(`A dealer trades 5 trees daily. ${request}`)?.id).toBe('trees');
});

test('long quotations count by their n-grams', () => {
  const index = new EvaluationIndex([{ id: 'plaza', set: 'contest', text: PLAZA }], { paraphraseShare: 1, ngramShare: 0.4, ngram: 6 });
  const half = PLAZA.slice(0, 118);
  expect(index.find(half)).toMatchObject({ id: 'plaza', rule: 'n-gram' });
});

test.each<[string[], string[], boolean]>([
  [['1', '2'], ['1', '2'], true],
  [['1', '2'], ['9', '1', '7', '2'], true],
  [['1', '2', '3', '4'], ['1', '3'], true],
  [['1', '2', '3', '4'], ['3'], false],
  [['1', '2'], ['2', '1'], false],
  [['1', '2'], ['1', '3'], false],
  [[], ['5'], true],
])('numbers %p and %p agree: %p', (evaluation, numbers, expected) => {
  expect(numbersAgree(evaluation, numbers)).toBe(expected);
});

test('long and strange rows take no time to speak of', () => {
  const index = new EvaluationIndex([{ id: 'plaza', set: 'contest', text: PLAZA }]);
  for (const piece of ['\\begin{', '{', '\\frac', "a'", '^{ ', '1,', '𝐀', '"', PLAZA.slice(0, 40)]) {
    const start = processorMs();
    index.find(piece.repeat(20_000));
    expect(processorMs() - start, JSON.stringify(piece)).toBeLessThan(3000);
  }
});

/** Time that this process had a core for: other programs do not make a test fail. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
