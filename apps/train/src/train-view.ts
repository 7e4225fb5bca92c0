import { type RunEvent, type RunProgress, type Stage, stageOfStep, totalSteps } from '@or1/trainer';
import { createLogUpdate } from 'log-update';
import { formatDuration, formatNumber, formatShare } from './numbers.ts';

/** Shows a run while it goes on. */
export interface TrainView {
  event(event: RunEvent): void;
  progress(progress: RunProgress): void;
  /** A line of its own. */
  say(text: string): void;
  /** Leaves the last state on the screen and gives the terminal back. */
  stop(): void;
}

interface StepFacts {
  readonly step: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly generateRate: number;
  readonly trainRate: number;
  readonly seconds: number;
}

/** Steps whose mean time stands for the steps to come. */
const RECENT_STEPS = 5;

class RunTracker {
  readonly total: number;
  readonly #stages: readonly Stage[];
  readonly steps: StepFacts[] = [];

  constructor(stages: readonly Stage[]) {
    this.#stages = stages;
    this.total = totalSteps(stages);
  }

  take(event: RunEvent): void {
    if (event.event === 'step-end') {
      const { generate_tok_s, train_tok_s, step_s } = event.clock;
      this.steps.push({ step: event.step, metrics: event.metrics, generateRate: generate_tok_s, trainRate: train_tok_s, seconds: step_s });
    }
  }

  /** The stage of the step at hand. */
  get stage(): string {
    const { index, contextLength } = stageOfStep(this.#stages, Math.min(this.total, (this.last?.step ?? 0) + 1));
    return `stage ${index + 1}/${this.#stages.length}, T ${contextLength}`;
  }

  get last(): StepFacts | undefined {
    return this.steps.at(-1);
  }

  get timeLeft(): string {
    const recent = this.steps.slice(-RECENT_STEPS);
    if (recent.length === 0) return 'not known yet';
    const mean = recent.reduce((sum, { seconds }) => sum + seconds, 0) / recent.length;
    return formatDuration(mean * (this.total - recent.at(-1)!.step));
  }
}

function stepLine(tracker: RunTracker): string {
  const { step, metrics, generateRate, trainRate } = tracker.last!;
  const parts = [
    `step ${step}/${tracker.total}`,
    `accuracy ${formatShare(metrics.accuracy)}`,
    `entropy ${formatNumber(metrics.entropy)}`,
    `coefficient ${formatNumber(metrics['entropy/coefficient-applied'])}`,
    `length ${formatNumber(metrics['length/mean'])}`,
    `truncated ${formatShare(metrics['length/truncated-share'])}`,
    `${formatNumber(generateRate)} tok/s generated`,
    `${formatNumber(trainRate)} tok/s trained`,
    `left ${tracker.timeLeft}`,
  ];
  return parts.join('  ');
}

/** What deserves a line of its own; null for what the block or the step lines show. */
function noticeOf(event: RunEvent): string | null {
  switch (event.event) {
    case 'evaluation-end': {
      const scores = event.results.map(({ temperature, avg, ci95 }) => {
        return `${formatShare(avg)} (${formatShare(ci95[0])} to ${formatShare(ci95[1])}) at temperature ${temperature}`;
      });
      const when = { base: 'before training', interval: `after step ${event.step}`, final: 'after training' }[event.label];
      return `Held-out accuracy ${when}: ${scores.join(', ')}; ${event.results[0]!.n} problems.`;
    }
    case 'stage-start':
      return `Stage ${event.stage + 1}: ${event.steps} steps of ${event.prompts_per_step} x ${event.samples_per_prompt} responses, T ${event.context_length}${event.filtered_prompts > 0 ? `, ${event.filtered_prompts} solved prompts left out` : ''}.`;
    case 'step-skipped':
      return `Step ${event.step} took no update (${event.reason}): ${event.detail}.`;
    case 'infrastructure-error':
      return `A verifier failed on ${event.problem}, sample ${event.sample}, ${event.attempts} times; the sample is dropped: ${event.evidence}`;
    case 'record-unverifiable':
      return `${event.problem} cannot be verified and is dropped: ${event.evidence}`;
    default:
      return null;
  }
}

function phaseLine(progress: RunProgress | null): string {
  if (!progress) return 'starting';
  switch (progress.phase) {
    case 'rollout':
    case 'evaluation': {
      const what = progress.phase === 'rollout' ? 'generating' : 'evaluating';
      const rate = progress.elapsedMs > 0 ? (progress.generatedTokens / progress.elapsedMs) * 1000 : 0;
      return `${what} ${progress.finished}/${progress.total} responses, ${formatNumber(rate)} tok/s`;
    }
    case 'reward':
      return 'waiting for verdicts';
    case 'training':
      return 'training';
    case 'checkpoint':
      return 'writing a checkpoint';
  }
}

/** Redraws a second at most this often, so that drawing costs nothing beside the work. */
const REDRAW_MS = 100;

/** One block that updates in place, for a terminal. */
class LiveView implements TrainView {
  readonly #tracker: RunTracker;
  readonly #stream: NodeJS.WriteStream;
  readonly #update: ReturnType<typeof createLogUpdate>;
  #progress: RunProgress | null = null;
  #drawnMs = 0;

  constructor(stream: NodeJS.WriteStream, stages: readonly Stage[]) {
    this.#stream = stream;
    this.#tracker = new RunTracker(stages);
    this.#update = createLogUpdate(stream);
  }

  event(event: RunEvent): void {
    this.#tracker.take(event);
    const notice = noticeOf(event);
    if (notice !== null) this.say(notice);
    else this.#draw();
  }

  say(text: string): void {
    this.#update.clear();
    this.#stream.write(`${text}\n`);
    this.#draw();
  }

  progress(progress: RunProgress): void {
    this.#progress = progress;
    if (performance.now() - this.#drawnMs >= REDRAW_MS) this.#draw();
  }

  #draw(): void {
    this.#drawnMs = performance.now();
    const { last, total, stage, timeLeft } = this.#tracker;
    const metrics = last?.metrics ?? {};
    const lines = [
      `step ${last?.step ?? 0}/${total}  ${stage}  ${phaseLine(this.#progress)}`,
      `accuracy ${formatShare(metrics.accuracy)}  entropy ${formatNumber(metrics.entropy)}  coefficient ${formatNumber(metrics['entropy/coefficient-applied'])}`,
      `length ${formatNumber(metrics['length/mean'])}  truncated ${formatShare(metrics['length/truncated-share'])}  rejected groups ${formatShare(metrics['groups/rejected-share'])}`,
      `tok/s: ${formatNumber(last?.generateRate)} generated, ${formatNumber(last?.trainRate)} trained  time left ${timeLeft}`,
    ];
    this.#update(lines.join('\n'));
  }

  stop(): void {
    this.#draw();
    this.#update.done();
  }
}

/** A line an event, for pipes and logs. */
class PlainView implements TrainView {
  readonly #tracker: RunTracker;
  readonly #stream: NodeJS.WriteStream;

  constructor(stream: NodeJS.WriteStream, stages: readonly Stage[]) {
    this.#stream = stream;
    this.#tracker = new RunTracker(stages);
  }

  event(event: RunEvent): void {
    this.#tracker.take(event);
    const line = event.event === 'step-end' ? stepLine(this.#tracker) : noticeOf(event);
    if (line !== null) this.say(line);
  }

  say(text: string): void {
    this.#stream.write(`${text}\n`);
  }

  progress(): void {}

  stop(): void {}
}

/** A block that updates on a terminal, plain lines elsewhere. */
export function createTrainView(stream: NodeJS.WriteStream, stages: readonly Stage[]): TrainView {
  return stream.isTTY ? new LiveView(stream, stages) : new PlainView(stream, stages);
}
