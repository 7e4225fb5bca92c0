/**
 * Who sets alpha_k, the weight of the entropy bonus, from the entropy e_k of step k. Four modes behind one face.
 *
 *   off                0.
 *   constant           `coefficient`, always (report, section 4.2 and its ablations).
 *   adaptive-paper     Eq 3.2: alpha_k = c_k if e_k <= target, else 0 (the gate). Then c_{k+1} = c_k + delta if e_k < target,
 *                      c_k - delta if e_k > target, unchanged when equal.
 *   adaptive-released  the released code: the controller runs at the end of step k, so the new c and the new gate both act in step
 *                      k + 1; equality counts as "not below" (c - delta, gate off); the gate is on at the start.
 *
 * Both adaptive modes keep c within [min, max]. Where the two sources also differ in values, see `REPORT_ENTROPY` and
 * `RELEASED_ENTROPY`; in how e_k is measured, see `controllerEntropy`. Unlike in the released code, the state is meant to be part of
 * a checkpoint: restored in the middle, the controller goes on as if nothing had happened.
 */
export type EntropyMode = 'off' | 'constant' | 'adaptive-paper' | 'adaptive-released';

export interface EntropySettings {
  readonly mode: EntropyMode;
  /** Entropy in nats a token below which the bonus acts (tgt-ent). */
  readonly target: number;
  /** Change of the coefficient per step. */
  readonly delta: number;
  /** Bounds of the coefficient; a max of null is no upper bound, as in the report. */
  readonly min: number;
  readonly max: number | null;
  /** The constant in mode `constant`; where the coefficient starts in the adaptive modes (both sources: 0). */
  readonly coefficient: number;
}

/** Plain data; survives JSON exactly. */
export interface EntropyState {
  /** c of the next step. */
  readonly coefficient: number;
  /** Whether the bonus is on in the next step; only `adaptive-released` looks at it. */
  readonly gate: boolean;
}

/** The report's values for adaptive control (section 3.2.5): no bound above, 0 below. */
export const REPORT_ENTROPY: EntropySettings = { mode: 'adaptive-paper', target: 0.2, delta: 0.005, min: 0, max: null, coefficient: 0 };

/** The values of the released training scripts. */
export const RELEASED_ENTROPY: EntropySettings = {
  mode: 'adaptive-released',
  target: 0.2,
  delta: 0.0001,
  min: 0,
  max: 0.005,
  coefficient: 0,
};

function checkSettings(settings: EntropySettings): void {
  for (const key of ['target', 'delta', 'min', 'coefficient'] as const) {
    if (!(settings[key] >= 0 && Number.isFinite(settings[key]))) {
      throw new RangeError(`entropy.${key} is ${settings[key]}: it must be a finite number, 0 or more`);
    }
  }
  if (settings.max !== null && !(settings.max >= settings.min)) {
    throw new RangeError(`entropy.max is ${settings.max}: it must be at least entropy.min (${settings.min}), or null for no bound`);
  }
}

function clamp(value: number, settings: EntropySettings): number {
  return Math.min(Math.max(value, settings.min), settings.max ?? Number.POSITIVE_INFINITY);
}

/** One transition: alpha of this step and the state after it. */
function transition(settings: EntropySettings, state: EntropyState, entropy: number): { alpha: number; next: EntropyState } {
  const { target, delta } = settings;
  switch (settings.mode) {
    case 'off':
      return { alpha: 0, next: state };
    case 'constant':
      return { alpha: settings.coefficient, next: state };
    case 'adaptive-paper': {
      const change = entropy < target ? delta : entropy > target ? -delta : 0;
      return {
        alpha: entropy <= target ? state.coefficient : 0,
        next: { coefficient: clamp(state.coefficient + change, settings), gate: true },
      };
    }
    case 'adaptive-released': {
      const below = entropy < target;
      return {
        alpha: state.gate ? state.coefficient : 0,
        next: { coefficient: clamp(state.coefficient + (below ? delta : -delta), settings), gate: below },
      };
    }
  }
}

/**
 * `begin` at the start of a step, `end` once it is done. A step that was begun but never ended (skipped, crashed) leaves no trace.
 */
export class EntropyController {
  readonly settings: EntropySettings;
  #state: EntropyState;
  #next: EntropyState | null = null;

  /**
   * @param state what `state` gave earlier; the coefficient is brought within the bounds of the settings, which a stage may change.
   * @throws RangeError for settings or a state out of range.
   */
  constructor(settings: EntropySettings, state: EntropyState = { coefficient: settings.coefficient, gate: true }) {
    checkSettings(settings);
    if (!Number.isFinite(state.coefficient) || typeof state.gate !== 'boolean') {
      throw new RangeError(`entropy controller state ${JSON.stringify(state)} needs a finite coefficient and a boolean gate`);
    }
    this.settings = settings;
    const adaptive = settings.mode === 'adaptive-paper' || settings.mode === 'adaptive-released';
    this.#state = { coefficient: adaptive ? clamp(state.coefficient, settings) : state.coefficient, gate: state.gate };
  }

  /** State between steps; put it in the checkpoint. */
  get state(): EntropyState {
    return this.#state;
  }

  /**
   * alpha_k from this step's entropy in nats a token (see `controllerEntropy`).
   *
   * @throws RangeError when the entropy is not finite.
   */
  begin(entropy: number): number {
    if (!Number.isFinite(entropy)) throw new RangeError(`the entropy of the rollout is ${entropy}: the controller needs a finite number`);
    const { alpha, next } = transition(this.settings, this.#state, entropy);
    this.#next = next;
    return alpha;
  }

  /** Takes the step's change over. @throws Error when no step was begun. */
  end(): void {
    if (this.#next === null) throw new Error('end() of an entropy controller without begin()');
    this.#state = this.#next;
    this.#next = null;
  }
}
