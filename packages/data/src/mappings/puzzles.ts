import type { ColumnMapping } from '../column-mapping.ts';

export const puzzleMappings: readonly ColumnMapping[] = [
  {
    name: 'countdown',
    title: 'Countdown: numbers and a target, as the short prompt `44 19 35=98?`',
    requires: ['nums', 'target'],
    prompt: { template: "{nums join ' '}={target}?" },
    groundTruth: { object: { nums: 'nums', target: 'target' } },
    dataSource: { template: 'countdown/{nums count}' },
    ability: { otherwise: 'countdown' },
    extraInfo: { column: 'extra_info' },
  },
  {
    name: 'knights-and-knaves',
    title: 'Knights and knaves (K&K, Logic-RL): the quiz itself, without the chat markup of its prompt column',
    requires: ['quiz', 'names', 'solution'],
    prompt: { columns: ['quiz'] },
    groundTruth: { object: { names: 'names', knights: 'solution', solution_text: 'solution_text_format|solution_text' } },
    dataSource: { template: 'knights-and-knaves/{names count}' },
    ability: { otherwise: 'logic' },
    extraInfo: { fields: { statements: 'statements' } },
  },
];
