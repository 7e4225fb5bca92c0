/** Writes a run folder as the trainer would, from made-up curves, so that the page can be tested and looked at without training. */
import { cp, mkdir } from 'node:fs/promises';
import { nanoBase } from '@or1/nano';
import { DEFAULTS, eventSchema } from '@or1/trainer';
import { Packr } from 'msgpackr';

/** Text that would run if any of it were taken for markup or script. */
export const HOSTILE = `</script><script>globalThis.hacked=1</script><img src="https://example.com/x.png" onerror="globalThis.hacked=1"><!--{{"'\`&amp;\u2028`;

export interface SyntheticRun {
  readonly steps: number;
  readonly problems: number;
  readonly finished: boolean;
  /** Put `HOSTILE` into everything that comes from outside: prompts, responses, evidence, answers, family names, configuration. */
  readonly hostile: boolean;
  /** Largest |ratio - 1| of each step. */
  readonly deviation: number;
}

const FAMILIES = ['addition', 'linear equation', 'countdown-3'];

/** Numbers in 0..1 that are the same in every run (a small linear congruence is random enough for a picture). */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

function stepMetrics(step: number, steps: number, random: () => number, { hostile, deviation }: SyntheticRun): Record<string, number> {
  const progress = 1 - Math.exp((-4 * step) / steps);
  const shake = () => (random() - 0.5) * 0.08;
  const entropy = 0.03 + 0.22 * Math.exp((-3 * step) / steps) + random() * 0.01;
  const second = step > steps / 2;
  const bySource = FAMILIES.flatMap((family, index) => {
    const name = hostile && index === 0 ? HOSTILE.replaceAll('/', '-') : family;
    return [
      [`source/${name}/accuracy`, Math.min(1, 0.35 + (0.55 - index * 0.1) * progress + shake())],
      [`source/${name}/entropy`, entropy * (0.6 + index * 0.5)],
      [`source/${name}/length`, 28 + index * 14 + (second ? 12 : 0) + 4 * random()],
      [`source/${name}/truncated-share`, Math.max(0, (second ? 0.02 : 0.12) * (index + 1) - 0.1 * progress + 0.01 * random())],
    ] as const;
  });
  return {
    accuracy: Math.min(1, 0.34 + 0.48 * progress + shake()),
    'groups/kept-share': 0.95 - 0.55 * progress,
    'groups/rejected-share': 0.05 + 0.55 * progress,
    'groups/solve-all-share': 0.5 * progress,
    'groups/solve-none-share': 0.05 + 0.05 * progress,
    'groups/solve-00-10-share': 0.2 * (1 - progress),
    'groups/solve-30-40-share': 0.4 * (1 - progress),
    'groups/solve-80-90-share': 0.35 * (1 - progress) + 0.45 * progress,
    'length/mean': 38 + (second ? 14 : 0) + 4 * random(),
    'length/truncated-share': second ? 0.02 : 0.14 - 0.08 * progress,
    entropy,
    'entropy/all': entropy * 0.9,
    'entropy/coefficient': entropy < 0.1 ? Math.min(0.02, 0.002 * (step % 14)) : 0,
    'entropy/coefficient-applied': entropy < 0.1 ? Math.min(0.02, 0.002 * (step % 14)) : 0,
    'ratio/max-deviation': deviation,
    'ratio/outside-share': deviation > 0 ? 0.002 * random() : 0,
    'clipped-share': deviation > 0 ? 0.001 * random() : 0,
    'gradient/norm': 0.3 + 0.25 * random() + (step === Math.floor(steps / 3) ? 1.1 : 0),
    'tokens/generated': 9_800,
    'tokens/trained': Math.round(9_800 * (0.95 - 0.55 * progress)),
    'tokens/prompt': 420,
    ...Object.fromEntries(bySource),
  };
}

function score(average: number, problems: number) {
  const half = 1.96 * Math.sqrt((average * (1 - average)) / problems);
  return {
    avg: average,
    pass: Math.min(1, average + 0.12),
    majority: Math.min(1, average + 0.03),
    k: 2,
    n: problems,
    ci95: [Math.max(0, average - half), Math.min(1, average + half)],
    mean_length: 41.2,
    truncated_share: 0.031,
  };
}

function sampleLines(run: SyntheticRun, accuracy: number, random: () => number): string {
  const lines: string[] = [];
  for (let problem = 0; problem < run.problems; problem += 1) {
    for (let sample = 0; sample < 2; sample += 1) {
      const correct = random() < accuracy;
      const left = 1000 + problem * 7;
      const answer = left + 89 + (correct ? 0 : 10);
      const outside = run.hostile ? HOSTILE : '';
      lines.push(
        JSON.stringify({
          problem: `problem-${problem}${outside}`,
          source: run.hostile && problem % 3 === 0 ? HOSTILE : FAMILIES[problem % 3],
          sample,
          prompt: `${left}+89?${outside}`,
          response: `<${left % 10}+9+0=${(left % 10) + 9};${'no. '.repeat(correct ? 0 : 2)}>[${answer}]${outside}`,
          verdict: correct ? 'correct' : 'incorrect',
          reward: correct ? 1 : 0,
          extracted: `${answer}${outside}`,
          evidence: `the answer ${answer} ${correct ? 'equals' : 'differs from'} the gold ${left + 89}${outside}`,
          finish: 'stop',
          length: 18,
        }),
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

async function writeDump(folder: string, step: number, run: SyntheticRun, random: () => number): Promise<void> {
  const tokenizer = await Bun.file(new URL('tokenizer.json', nanoBase('nano-E'))).json();
  const vocabulary = tokenizer.model.vocab as Record<string, number>;
  const samples = Array.from({ length: 24 }, (_, index) => {
    const text = `<16*7=112;16*60=960;112+960=1072;>[${random() < 0.6 ? 1072 : 1062}]`;
    const tokens = Uint32Array.from([...[...text].map((character) => vocabulary[character]!), 59]);
    const numbers = (scale: number) => new Uint8Array(Float32Array.from(tokens, () => scale * random() ** 6).buffer);
    const correct = text.includes('1072]');
    return {
      problem: `rollout-${step}-${Math.floor(index / 8)}`,
      source: run.hostile ? HOSTILE : FAMILIES[Math.floor(index / 8)],
      prompt: `16*67?${run.hostile ? HOSTILE : ''}`,
      sample: index % 8,
      response: text,
      finish: 'stop',
      verdict: correct ? 'correct' : 'incorrect',
      reward: correct ? 1 : 0,
      extracted: text.slice(text.indexOf('[') + 1, -1),
      evidence: `the answer ${correct ? 'equals' : 'differs from'} the gold 1072`,
      advantage: correct ? 0.5 : -0.8,
      kept: true,
      tokens: new Uint8Array(tokens.buffer),
      log_probabilities: numbers(-4),
      entropies: numbers(1.4),
    };
  });
  const packr = new Packr({ useRecords: false });
  const records = [{ schema: 'or1.rollouts', version: 1, step, samples: samples.length }, ...samples];
  await Bun.write(
    `${folder}/rollouts/step-${String(step).padStart(6, '0')}.msgpack`,
    Buffer.concat(records.map((record) => Uint8Array.from(packr.pack(record)))),
  );
}

export async function writeSyntheticRun(folder: string, options: Partial<SyntheticRun> = {}): Promise<void> {
  const run: SyntheticRun = { steps: 80, problems: 24, finished: true, hostile: false, deviation: 0, ...options };
  const random = noise(7);
  let elapsed = 0;
  const clock = (milliseconds = 10) => {
    elapsed += milliseconds;
    return { time_ms: 1_790_000_000_000 + elapsed, session: 1, elapsed_ms: elapsed };
  };
  const events: unknown[] = [];
  const add = (event: string, body: object, extra: object = {}, milliseconds = 10) =>
    events.push(eventSchema.parse({ v: 1, event, ...body, clock: { ...clock(milliseconds), ...extra } }));
  const stage = (number: number, step: number, contextLength: number) =>
    add('stage-start', {
      ...{ step, stage: number, steps: run.steps / 2, context_length: contextLength, prompts_per_step: 32 },
      ...{ samples_per_prompt: 8, mini_batches: 1, temperature: 1, filtered_prompts: 0 },
    });
  const evaluation = async (step: number, label: 'base' | 'final', averages: readonly [number, number]) => {
    const results = [];
    for (const [index, temperature] of [1, 0.6].entries()) {
      const samples = `evaluations/step-${step}-t${temperature}.jsonl`;
      await Bun.write(`${folder}/${samples}`, sampleLines(run, averages[index]!, random));
      const { mean_length, truncated_share, ...shares } = score(averages[index]!, 512);
      const bySource = FAMILIES.map((family, place) => [
        run.hostile && place === 0 ? HOSTILE : family,
        score(Math.min(1, averages[index]! + 0.05 * (1 - place)), 170),
      ]);
      results.push({
        ...{ temperature, ...shares, mean_length, truncated_share, entropy: step === 0 ? 0.21 : 0.05, dropped_samples: 0 },
        ...{ unverifiable_problems: 0, generated_tokens: 42_000, by_source: Object.fromEntries(bySource), samples },
      });
    }
    add('evaluation-end', { step, label, context_length: 160, results }, { evaluation_s: 6.2 }, 6200);
  };

  await mkdir(`${folder}/rollouts`, { recursive: true });
  add(
    'run-start',
    {
      ...{ kind: 'train', preset: run.hostile ? HOSTILE : 'nano', total_steps: run.steps, parameters: 993_152 },
      configuration: {
        ...DEFAULTS,
        preset: run.hostile ? HOSTILE : 'nano',
        entropy: { ...DEFAULTS.entropy, target: 0.1, delta: 0.002, max: 0.02 },
      },
    },
    { device: 'WebAssembly simd, 2 threads', threads: 2 },
  );
  await evaluation(0, 'base', [0.362, 0.61]);
  stage(0, 0, 64);
  for (let step = 1; step <= run.steps; step += 1) {
    if (step === Math.floor(run.steps / 2) + 1) stage(1, step - 1, 160);
    const generation = 1.1 + (step > run.steps / 2 ? 0.5 : 0) + 0.1 * random();
    const training = 1.3 - (0.6 * step) / run.steps;
    add(
      'step-end',
      { step, stage: step > run.steps / 2 ? 1 : 0, trained: true, metrics: stepMetrics(step, run.steps, random, run) },
      {
        ...{ rollout_s: generation, reward_s: 0.02, train_s: training, step_s: generation + training + 0.06 },
        ...{ generate_tok_s: 9800 / generation, train_tok_s: 5000 / training, peak_memory_bytes: 311_000_000 },
      },
      Math.round(1000 * (generation + training + 0.06)),
    );
    if ([1, Math.floor(run.steps / 2), run.steps].includes(step)) await writeDump(folder, step, run, random);
  }
  if (run.finished) {
    await evaluation(run.steps, 'final', [0.832, 0.871]);
    const checkpoint = `checkpoints/step-${run.steps}`;
    await cp(new URL('tokenizer.json', nanoBase('nano-E')), `${folder}/${checkpoint}/tokenizer.json`);
    await Bun.write(`${folder}/${checkpoint}/trainer/complete.json`, '{"version":1,"files":{}}');
    add('checkpoint-written', { step: run.steps, path: checkpoint }, { write_s: 0.1, bytes: 16_000_000 }, 100);
    add('run-end', { step: run.steps }, { peak_memory_bytes: 311_000_000 });
  }
  await Bun.write(`${folder}/events.jsonl`, `${events.map((event) => JSON.stringify(event)).join('\n')}\n`);
}

/** Supervised fine-tuning over 40 steps with a loss of 1 + 2 / step. */
export async function writeSyntheticSupervisedRun(folder: string): Promise<void> {
  const clock = (step: number) => ({ time_ms: 1_790_000_000_000 + step, session: 1, elapsed_ms: step * 200 });
  const start = { v: 1, event: 'run-start', kind: 'sft', preset: 'nano-base', total_steps: 40, parameters: 993_152 };
  const steps = Array.from({ length: 40 }, (_, index) => ({
    ...{ v: 1, event: 'sft-step-end', step: index + 1, loss: 1 + 2 / (index + 1), learning_rate: 0.002, gradient_norm: 0.7, tokens: 4096 },
    clock: { ...clock(index + 1), step_s: 0.2, train_tok_s: 20_480, peak_memory_bytes: 200_000_000 },
  }));
  const events = [
    { ...start, configuration: { preset: 'nano-base' }, clock: { ...clock(0), device: 'WebAssembly simd, 2 threads', threads: 1 } },
    ...steps,
    { v: 1, event: 'run-end', step: 40, clock: { ...clock(40), peak_memory_bytes: 200_000_000 } },
  ];
  await Bun.write(`${folder}/events.jsonl`, `${events.map((event) => JSON.stringify(eventSchema.parse(event))).join('\n')}\n`);
}
