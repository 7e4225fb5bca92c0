import * as z from 'zod';
import type { ChatEndpoint } from '../endpoint/chat-endpoint.ts';
import type { CurationItem, Outcome, Stage, StageContext } from '../stage.ts';
import { JUDGE_PROMPT_VERSION, judgeMessages, readVote } from './judge-prompt.ts';

export const qualityOptions = z.strictObject({
  /** Votes of each judge. */
  votes: z.int().min(1).default(16),
  /** Valid votes of all judges together from which a problem stays: 9 of 32 in the report. */
  keepFrom: z.int().min(1).default(9),
  temperature: z.number().min(0).default(1),
  maxTokens: z.int().min(16).default(1024),
  abilities: z.array(z.string()).min(1).default(['math']),
});

export type QualityOptions = z.infer<typeof qualityOptions>;

export interface QualityJudge {
  readonly model: string;
  readonly url: string;
  readonly endpoint: Pick<ChatEndpoint, 'ask'>;
}

/** Two or more models vote on clarity, completeness, form and relevance (report, section 6.3). A vote that gives no verdict is not valid. */
export function qualityStage(options: QualityOptions, judges: readonly QualityJudge[]): Stage {
  const votes = options.votes * judges.length;
  if (options.keepFrom > votes)
    throw new Error(`quality: keepFrom ${options.keepFrom} is more than the ${votes} votes of ${judges.length} judges`);
  return {
    name: 'quality',
    version: 1,
    scope: 'record',
    options,
    inputs: [`prompt ${JUDGE_PROMPT_VERSION}`, ...judges.map(({ url, model }) => `${url} ${model}`)],
    batchSize: 32,
    applies: ({ record }) => options.abilities.includes(record.ability),
    async judge(items, context) {
      const total = items.length * votes;
      let answered = 0;
      const onVote = () => context.progress((items.length * ++answered) / total);
      return Promise.all(items.map((item) => vote(item, options, judges, context, onVote)));
    },
  };
}

async function vote(
  { text }: CurationItem,
  { votes, keepFrom, temperature, maxTokens }: QualityOptions,
  judges: readonly QualityJudge[],
  { signal }: StageContext,
  onVote: () => void,
): Promise<Outcome> {
  const messages = judgeMessages(text);
  const ballots = judges.flatMap((judge) => Array.from({ length: votes }, (_, sample) => ({ judge, sample })));
  const cast = await Promise.allSettled(
    ballots.map(async ({ judge, sample }) => {
      const answer = await judge.endpoint.ask({ model: judge.model, messages, temperature, maxTokens, sample }, signal);
      onVote();
      return { model: judge.model, vote: readVote(answer.text), text: answer.text };
    }),
  );
  signal.throwIfAborted();
  const lost = cast.find((result) => result.status === 'rejected');
  if (lost !== undefined) {
    return {
      verdict: 'failed',
      reason: 'a judge gave no answer',
      detail: lost.reason instanceof Error ? lost.reason.message : String(lost.reason),
    };
  }
  const given = cast.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const valid = given.filter((one) => one.vote === 'valid');
  const counts = Object.fromEntries(judges.map(({ model }) => [model, valid.filter((one) => one.model === model).length]));
  if (valid.length >= keepFrom) return { verdict: 'keep', note: { valid: valid.length, of: given.length, by: counts } };
  const objection = given.find((one) => one.vote === 'invalid')?.text ?? 'no judge gave a verdict';
  return {
    verdict: 'drop',
    reason: 'judged unfit',
    detail: `${valid.length} of ${given.length} votes valid; one judge: ${objection.slice(0, 600)}`,
  };
}
