import { z } from 'zod';
import { readText, writeFileAside } from '#files';
import type { PromptGroup } from '../step/generate-and-judge.ts';

const sampleSchema = z.strictObject({
  problem: z.string(),
  source: z.string(),
  sample: z.number(),
  prompt: z.string(),
  response: z.string(),
  verdict: z.enum(['correct', 'incorrect', 'unverifiable', 'infrastructure-error']),
  reward: z.number().nullable(),
  extracted: z.string().nullable(),
  evidence: z.string(),
  finish: z.enum(['stop', 'length']),
  length: z.number(),
});

/** One sampled answer of an evaluation. */
export type EvaluationSample = z.infer<typeof sampleSchema>;

/** Writes the samples of an evaluation as JSON lines, in order of problem and sample. */
export async function writeSampleFile(path: string, groups: readonly PromptGroup[]): Promise<void> {
  const lines = groups.flatMap(({ prompt, samples }) =>
    samples.map(({ rollout, text, judgement }) => {
      const sample: EvaluationSample = {
        problem: prompt.id,
        source: prompt.source,
        sample: rollout.sample,
        prompt: prompt.text,
        response: text,
        verdict: judgement.verdict,
        reward: judgement.reward,
        extracted: judgement.extracted,
        evidence: judgement.evidence,
        finish: rollout.finish,
        length: rollout.tokens.length,
      };
      return `${JSON.stringify(sample)}\n`;
    }),
  );
  await writeFileAside(path, lines.join(''));
}

/** @throws when the file is missing or holds something else. */
export async function readSampleFile(path: string): Promise<readonly EvaluationSample[]> {
  const lines = (await readText(path)).split('\n').filter((line) => line !== '');
  return lines.map((line) => sampleSchema.parse(JSON.parse(line)));
}
