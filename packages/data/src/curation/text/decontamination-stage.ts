import * as z from 'zod';
import { KEEP, type Stage } from '../stage.ts';
import { contaminationDefaults, EvaluationIndex, type EvaluationText } from './contamination.ts';
import { hashText } from './hash.ts';

const share = z.number().gt(0).max(1);

export const decontaminationOptions = z.strictObject({
  /** Words, numbers and signs in an n-gram. */
  ngram: z.int().min(3).max(50).default(contaminationDefaults.ngram),
  /** Share of an evaluation text's n-grams that makes a row contaminated. */
  ngramShare: share.default(contaminationDefaults.ngramShare),
  /** Share of an evaluation text's character shingles that makes a row a paraphrase of it. */
  paraphraseShare: share.default(contaminationDefaults.paraphraseShare),
});

/** Drops problems that an evaluation set holds, word for word or lightly paraphrased. @throws where there is no evaluation text. */
export function decontaminationStage(options: z.infer<typeof decontaminationOptions>, evaluations: readonly EvaluationText[]): Stage {
  if (evaluations.length === 0) throw new Error('there are no evaluation texts to look for; list evaluation files');
  const index = new EvaluationIndex(evaluations, options);
  const texts = new Map(evaluations.map(({ id, text }) => [id, text]));
  return {
    name: 'decontamination',
    version: 1,
    scope: 'record',
    isCheap: true,
    options,
    inputs: [fingerprint(evaluations)],
    judge: (items) =>
      items.map(({ text }) => {
        const found = index.find(text);
        if (found === null) return KEEP;
        const like = { id: found.id, similarity: found.similarity, text: texts.get(found.id)! };
        return { verdict: 'drop', reason: `contaminated (${found.rule})`, like };
      }),
  };
}

/** The evaluation texts by number and content. */
function fingerprint(evaluations: readonly EvaluationText[]): string {
  const all = evaluations.map(({ id, set, text }) => JSON.stringify([set, id, text])).join('\n');
  const hashes = [1, 2, 3, 4].map((seed) => hashText(all, seed).toString(16).padStart(8, '0'));
  return `evaluations:${evaluations.length}:${hashes.join('')}`;
}
