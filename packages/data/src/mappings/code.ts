import type { ColumnMapping } from '../column-mapping.ts';

const code = { otherwise: 'code' };

export const codeMappings: readonly ColumnMapping[] = [
  {
    name: 'leetcode',
    title: 'LeetCodeDataset: query, import prefix, entry point, check function and completion',
    requires: ['query', 'prompt', 'entry_point', 'test', 'completion'],
    prompt: { columns: ['query'] },
    groundTruth: { object: { entry_point: 'entry_point', import_prefix: 'prompt', test_code: 'test' } },
    solutions: { columns: ['completion'] },
    dataSource: { template: 'train-code-leetcode-{difficulty|meta.difficulty}' },
    ability: code,
    extraInfo: { fields: { task_id: 'task_id' } },
  },
  {
    name: 'humaneval',
    title: 'HumanEval: the head of a function, its body and a check function',
    requires: ['task_id', 'prompt', 'entry_point', 'canonical_solution', 'test'],
    prompt: { columns: ['prompt'] },
    groundTruth: { object: { entry_point: 'entry_point', import_prefix: { constant: '' }, test_code: 'test' } },
    solutions: { template: '{prompt}{canonical_solution}' },
    dataSource: { otherwise: 'test-code-humaneval' },
    ability: code,
    extraInfo: { fields: { task_id: 'task_id' } },
  },
  {
    name: 'taco',
    title: 'TACO: question with starter code, input_output and solutions as JSON',
    requires: ['question', 'input_output', 'solutions'],
    prompt: { template: '{question}{starter_code?}' },
    groundTruth: { columns: ['input_output'] },
    solutions: { columns: ['solutions'] },
    dataSource: { template: 'train-code-taco-{difficulty lower}', otherwise: 'train-code-taco-unknown_difficulty' },
    ability: code,
    extraInfo: { fields: { url: 'url', taco_source: 'source' } },
  },
  {
    name: 'livecodebench',
    title: 'LiveCodeBench: for decontamination; its tests are packed in a form of their own',
    requires: ['question_content', 'question_id', 'public_test_cases'],
    prompt: { template: '{question_content}{starter_code?}' },
    groundTruth: { object: { question_id: 'question_id', public_test_cases: 'public_test_cases' } },
    dataSource: { otherwise: 'test-code-livecodebench' },
    ability: code,
    extraInfo: { fields: { contest_date: 'contest_date', difficulty: 'difficulty' } },
  },
];
