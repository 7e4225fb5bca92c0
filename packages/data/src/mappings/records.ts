import type { ColumnMapping } from '../column-mapping.ts';

/** Files that hold problem records already. */
export const recordMappings: readonly ColumnMapping[] = [
  {
    name: 'skywork',
    title: 'Skywork-OR1-RL-Data, with difficulty by model',
    requires: ['data_source', 'prompt', 'ability', 'reward_model.ground_truth', 'extra_info.model_difficulty'],
    prompt: { columns: ['prompt'] },
    groundTruth: { columns: ['reward_model.ground_truth'] },
    dataSource: { columns: ['data_source'] },
    ability: { columns: ['ability'] },
    style: { columns: ['reward_model.style'], otherwise: 'rule' },
    extraInfo: { column: 'extra_info' },
  },
  {
    name: 'verl',
    title: 'verl: prompt messages and reward_model; also the evaluation rows of the report (AIME)',
    requires: ['prompt', 'reward_model.ground_truth'],
    prompt: { columns: ['prompt'] },
    groundTruth: { columns: ['reward_model.ground_truth'] },
    dataSource: { columns: ['data_source'], otherwise: 'verl' },
    ability: { columns: ['ability'], otherwise: 'math' },
    style: { columns: ['reward_model.style'], otherwise: 'rule' },
    extraInfo: { column: 'extra_info' },
  },
];
