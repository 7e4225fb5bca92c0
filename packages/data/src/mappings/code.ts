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
];
