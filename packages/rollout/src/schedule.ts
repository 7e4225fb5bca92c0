import type { GenerationRequest, Rollout } from './types.ts';

/** One response that is being generated in a slot. */
export interface ActiveSample {
  readonly prompt: number;
  readonly sample: number;
  readonly slot: number;
  /** Cache segment that holds the prompt. */
  readonly segment: number;
  readonly tokens: Uint32Array;
  readonly logProbabilities: Float32Array;
  readonly entropies: Float32Array;
  /** Tokens that the host knows. */
  length: number;
  /** Tokens that the device was told to draw; ahead of `length` while their block is under way. */
  drawn: number;
  /** Why the response is over, once it is. */
  finish: Rollout['finish'] | null;
}

/** A prompt whose keys and values stand in a cache segment until its last sample is done. */
interface ResidentPrompt {
  readonly segment: number;
  nextSample: number;
  unfinished: number;
}

/**
 * Decides which samples run: prompts in order, samples in order, a finished slot is refilled before the next block of decode steps. The order
 * of work never shows in the samples, since their random numbers are keyed by prompt and sample.
 */
export class Schedule {
  readonly active: ActiveSample[] = [];
  readonly finished: Rollout[] = [];
  private readonly freeSlots: number[];
  private readonly freeSegments: number[];
  private readonly resident = new Map<number, ResidentPrompt>();
  private nextPrompt = 0;

  constructor(
    private readonly request: GenerationRequest,
    slots: number,
    segments: number,
  ) {
    this.freeSlots = Array.from({ length: slots }, (_, index) => slots - 1 - index);
    this.freeSegments = Array.from({ length: segments }, (_, index) => segments - 1 - index);
  }

  get total(): number {
    return this.request.prompts.length * this.request.samplesPerPrompt;
  }

  get done(): boolean {
    return this.finished.length === this.total;
  }

  /** Takes prompts to prefill now: as many as free slots can use, cache segments can hold, and `rows` rows can carry. */
  takePrompts(rows: number): { prompt: number; segment: number }[] {
    const taken: { prompt: number; segment: number }[] = [];
    let waiting = 0;
    for (const prompt of this.resident.values()) waiting += this.request.samplesPerPrompt - prompt.nextSample;
    while (waiting < this.freeSlots.length && this.freeSegments.length > 0 && this.nextPrompt < this.request.prompts.length) {
      const length = this.request.prompts[this.nextPrompt]!.tokens.length;
      if (length > rows) break;
      rows -= length;
      const segment = this.freeSegments.pop()!;
      this.resident.set(this.nextPrompt, { segment, nextSample: 0, unfinished: this.request.samplesPerPrompt });
      taken.push({ prompt: this.nextPrompt++, segment });
      waiting += this.request.samplesPerPrompt;
    }
    return taken;
  }

  /** Puts waiting samples of resident prompts into free slots; they are appended to `active` and returned. */
  admit(): ActiveSample[] {
    const admitted: ActiveSample[] = [];
    for (const [prompt, state] of this.resident) {
      while (state.nextSample < this.request.samplesPerPrompt && this.freeSlots.length > 0) {
        const capacity = this.request.contextLength;
        admitted.push({
          prompt,
          sample: state.nextSample++,
          slot: this.freeSlots.pop()!,
          segment: state.segment,
          tokens: new Uint32Array(capacity),
          logProbabilities: new Float32Array(capacity),
          entropies: new Float32Array(capacity),
          length: 0,
          drawn: 0,
          finish: null,
        });
      }
    }
    this.active.push(...admitted);
    return admitted;
  }

  /** Takes the samples of `active` that are over out of their slots. */
  retire(): Rollout[] {
    const retired: Rollout[] = [];
    let kept = 0;
    for (const sample of this.active) {
      const { finish } = sample;
      if (finish === null) {
        this.active[kept++] = sample;
        continue;
      }
      this.freeSlots.push(sample.slot);
      const prompt = this.resident.get(sample.prompt)!;
      if (--prompt.unfinished === 0) {
        this.freeSegments.push(prompt.segment);
        this.resident.delete(sample.prompt);
      }
      retired.push({
        prompt: sample.prompt,
        sample: sample.sample,
        tokens: sample.tokens.slice(0, sample.length),
        logProbabilities: sample.logProbabilities.slice(0, sample.length),
        entropies: sample.entropies.slice(0, sample.length),
        finish,
      });
    }
    this.active.length = kept;
    this.finished.push(...retired);
    return retired;
  }
}
