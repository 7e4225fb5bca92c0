import { bytesOf, type DumpedSample, type RolloutDump } from '../run-folder/rollout-dumps.ts';
import type { StepOutcome } from './training-step.ts';

/** Every sample of a step with what became of it. */
export function dumpOf(step: number, { generated, sorted, advantages, kept }: StepOutcome): RolloutDump {
  const judgedIndex = new Map(sorted.judged.map(({ group }, index) => [group, index]));
  const samples = generated.groups.flatMap((group) => {
    const index = judgedIndex.get(group);
    const places = index === undefined ? new Map() : new Map(sorted.judged[index]!.samples.map((sample, place) => [sample, place]));
    return group.samples.map((sample): DumpedSample => {
      const { rollout, text, judgement } = sample;
      const place = places.get(sample);
      return {
        problem: group.prompt.id,
        source: group.prompt.source,
        prompt: group.prompt.text,
        sample: rollout.sample,
        response: text,
        finish: rollout.finish,
        verdict: judgement.verdict,
        reward: judgement.reward,
        extracted: judgement.extracted,
        evidence: judgement.evidence,
        advantage: index === undefined || place === undefined ? null : advantages[index]![place]!,
        kept: index !== undefined && place !== undefined && kept.has(index),
        tokens: bytesOf(rollout.tokens),
        log_probabilities: bytesOf(rollout.logProbabilities),
        entropies: bytesOf(rollout.entropies),
      };
    });
  });
  return { step, samples };
}
