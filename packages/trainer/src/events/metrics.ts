/**
 * Every metric that a `step-end` event can carry: one table for the schema, the README, the exports and the pages that draw it.
 * `released` is the name under which the released Skywork-OR1 code logs the same quantity, where it does.
 */
export interface MetricDefinition {
  readonly name: string;
  readonly unit: 'share' | 'nats' | 'tokens' | 'count' | 'number';
  readonly meaning: string;
  readonly released: string | null;
}

function define(name: string, unit: MetricDefinition['unit'], meaning: string, released: string | null = null): MetricDefinition {
  return { name, unit, meaning, released };
}

/** Bins of group accuracy, all-wrong and all-right groups left out, as the released code draws them. */
const SOLVE_BINS = 10;

/** `groups/solve-00-10-share` … `groups/solve-90-100-share`. */
export function solveBinName(bin: number): string {
  return `groups/solve-${String(bin * 10).padStart(2, '0')}-${(bin + 1) * 10}-share`;
}

const solveBins = Array.from({ length: SOLVE_BINS }, (_, bin) =>
  define(
    solveBinName(bin),
    'share',
    `groups with an accuracy from ${bin * 10} % to below ${(bin + 1) * 10} %, neither all wrong nor all right, of all judged groups`,
    `batch/solve_${String(bin * 10).padStart(2, '0')}%_to_${(bin + 1) * 10}%_ratio`,
  ),
);

export const METRICS: readonly MetricDefinition[] = [
  define(
    'accuracy',
    'share',
    'judged responses whose verdict is correct, truncated ones counted as wrong, before rejection',
    'critic/score/mean',
  ),
  define('accuracy/not-truncated', 'share', 'the same over responses that ended by themselves'),
  define('reward/mean', 'number', 'mean reward after shaping, before rejection', 'critic/rewards/mean'),
  define('reward/min', 'number', 'smallest reward', 'critic/rewards/min'),
  define('reward/max', 'number', 'largest reward', 'critic/rewards/max'),
  define('groups/kept-share', 'share', 'groups with a non-zero advantage, of all judged groups'),
  define('groups/rejected-share', 'share', 'groups without any advantage, of all judged groups', 'batch/without_adv_ratio'),
  define('groups/solve-none-share', 'share', 'groups with no correct response', 'batch/solve_none_ratio'),
  define('groups/solve-all-share', 'share', 'groups with every response correct', 'batch/solve_all_ratio'),
  ...solveBins,
  define('groups/kept', 'count', 'groups trained on'),
  define('groups/unverifiable', 'count', "groups dropped because the record's own gold or tests are at fault"),
  define('groups/undersized', 'count', 'groups left out because verifier failures left fewer than two responses'),
  define('samples/dropped', 'count', 'responses dropped because their verifier failed after every retry'),
  define('samples/trained', 'count', 'responses trained on'),
  define('length/mean', 'tokens', 'mean response length', 'response_length/mean'),
  define('length/min', 'tokens', 'shortest response', 'response_length/min'),
  define('length/max', 'tokens', 'longest response', 'response_length/max'),
  define('length/truncated-share', 'share', 'responses cut off at T', 'response_length/clip_ratio'),
  define('length/better-mean', 'tokens', 'mean length of responses with a positive advantage', 'response_length/pos_adv/mean'),
  define('length/worse-mean', 'tokens', 'mean length of responses with a negative advantage', 'response_length/neg_adv/mean'),
  define('length/better-minus-worse', 'tokens', 'difference of the two', 'response_length/pos_adv_minus_neg_adv/mean'),
  define('prompt-length/mean', 'tokens', 'mean prompt length', 'prompt_length/mean'),
  define('prompt-length/min', 'tokens', 'shortest prompt', 'prompt_length/min'),
  define('prompt-length/max', 'tokens', 'longest prompt', 'prompt_length/max'),
  define('advantage/mean', 'number', 'mean advantage of trained responses', 'critic/advantages/mean'),
  define('advantage/min', 'number', 'smallest advantage', 'critic/advantages/min'),
  define('advantage/max', 'number', 'largest advantage', 'critic/advantages/max'),
  define('advantage/scale', 'number', 'root mean square advantage over trained tokens', 'actor/pg_grad_scale'),
  define('log-probability/scale', 'nats', 'root mean square log-probability over trained tokens', 'actor/entropy_grad_scale'),
  define(
    'entropy',
    'nats',
    "e_k: full-vocabulary entropy over the kept groups' rollout tokens; what steers the controller in the report's mode",
  ),
  define('entropy/all', 'nats', 'the same over all judged responses'),
  define('entropy/estimate', 'nats', 'minus the mean log-probability of the sampled tokens of the kept groups', 'actor/entropy_loss'),
  define('entropy/coefficient', 'number', 'the controller value c before this step', 'actor/entropy_coeff'),
  define(
    'entropy/coefficient-applied',
    'number',
    'alpha_k: the coefficient that this step used, 0 where the gate is shut',
    'actor/entropy_coeff_realized',
  ),
  define('loss', 'number', 'the objective that was minimised (Eq 3.1 and what is added to it)', 'actor/total_loss'),
  define('loss/policy', 'number', 'its clipped policy term', 'actor/pg_loss'),
  define('loss/entropy', 'number', 'its entropy term', 'actor/entropy_loss_with_coeff'),
  define('loss/kl', 'number', 'its KL term; only with a reference policy', 'actor/kl_loss_with_coef'),
  define('reference-kl', 'nats', 'k3 estimate of the divergence from the reference policy; only with one', 'actor/kl_loss'),
  define('policy-kl', 'nats', 'mean of old minus new log-probability over trained tokens', 'actor/ppo_kl'),
  define('clipped-share', 'share', 'trained tokens whose ratio the clip cut', 'actor/pg_clipfrac'),
  define('ratio/max-deviation', 'number', "largest |ratio - 1| of the learner's against the sampler's log-probabilities"),
  define('ratio/outside-share', 'share', 'trained tokens whose ratio lies outside [0.9, 1.1]'),
  define('mismatch-kl', 'nats', 'k3 estimate of the divergence between sampler and learner on the same weights'),
  define('importance/mean', 'number', 'mean weight of the truncated importance correction; only with it'),
  define('importance/capped-share', 'share', 'tokens whose weight stands at the cap; only with it'),
  define('gradient/norm', 'number', 'global L2 norm before clipping, mean over the optimizer steps', 'actor/grad_norm'),
  define('gradient/norm-max', 'number', 'the same, largest of the optimizer steps'),
  define('learning-rate', 'number', 'learning rate of the last optimizer step', 'actor/lr'),
  define('optimizer/steps', 'count', 'optimizer steps taken in this training step (N_SGD)'),
  define('tokens/prompt', 'tokens', 'prompt tokens prefilled, each prompt once'),
  define('tokens/generated', 'tokens', 'response tokens sampled'),
  define('tokens/trained', 'tokens', 'response tokens that went through the backward pass, reuse counted'),
  define('tokens/kept', 'tokens', 'T_k: response tokens of the kept groups'),
];

/** Metrics by source (family, data set): `source/<name>/<metric>`. */
export const SOURCE_METRICS: readonly MetricDefinition[] = [
  define('accuracy', 'share', 'accuracy of the source', 'exploration/scores/{tag}/mean'),
  define('entropy', 'nats', 'full-vocabulary entropy of its judged responses'),
  define('length', 'tokens', 'mean response length', 'response_length/{tag}/mean'),
  define('truncated-share', 'share', 'its responses cut off at T'),
  define('samples', 'count', 'its judged responses'),
];

const names = new Set(METRICS.map((metric) => metric.name));
const sourceNames = new Set(SOURCE_METRICS.map((metric) => metric.name));

/** `source/<name>/<metric>`; slashes of the name become `-`. */
export function sourceMetricName(source: string, metric: string): string {
  return `source/${source.replaceAll('/', '-')}/${metric}`;
}

/** Whether a name stands in the tables above. */
export function isMetricName(name: string): boolean {
  if (names.has(name)) return true;
  const [group, source, metric, ...rest] = name.split('/');
  return (
    group === 'source' && source !== undefined && source !== '' && metric !== undefined && rest.length === 0 && sourceNames.has(metric)
  );
}
