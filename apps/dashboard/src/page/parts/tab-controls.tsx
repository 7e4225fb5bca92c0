import { useEffect, useState } from 'preact/hooks';
import type { Edits, StartSettings, TabDevice } from '../../tab/messages.ts';
import { type TabState, tabSession } from '../tab-session.ts';

const EXAMPLE = `({ response, finish, record }) => {
  // A number, true or false. This one likes short right answers.
  const gold = record.reward_model.ground_truth;
  const right = finish === 'stop' && response.endsWith('[' + gold + ']');
  return right ? 1 + 5 / response.length : 0;
}`;

const START: StartSettings = { seed: 1, steps: 80, promptsPerStep: 32, heldOut: 128, device: { kind: 'wasm', threads: null } };

/** What a visitor may compute on, by the name that the list gives it. */
function devices(): readonly { readonly label: string; readonly device: TabDevice }[] {
  const cores = crossOriginIsolated ? navigator.hardwareConcurrency : 1;
  return [
    { label: cores === 1 ? 'processor, 1 thread' : `processor, ${cores} threads`, device: { kind: 'wasm', threads: null } },
    ...(cores > 1 ? [{ label: 'processor, 1 thread', device: { kind: 'wasm', threads: 1 } } as const] : []),
    ...('gpu' in navigator ? [{ label: 'graphics processor (WebGPU)', device: { kind: 'webgpu' } } as const] : []),
  ];
}
const EDITS: Edits = { temperature: 1, entropyTarget: 0.1, reward: null };

interface NumberFieldProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly disabled?: boolean;
  readonly onValue: (value: number) => void;
}

function NumberField({ label, value, min, max, step, disabled = false, onValue }: NumberFieldProps) {
  return (
    <label class="choice">
      <span>{label}</span>
      <input
        type="number"
        value={value}
        min={min}
        max={max}
        step={step}
        disabled={disabled}
        required
        onInput={({ currentTarget }) => {
          if (currentTarget.validity.valid) onValue(currentTarget.valueAsNumber);
        }}
      />
    </label>
  );
}

interface FieldsProps<T> {
  readonly value: T;
  readonly onValue: (value: T) => void;
}

function StartFields({ value, onValue }: FieldsProps<StartSettings>) {
  return (
    <>
      <NumberField label="Steps" value={value.steps} min={1} max={2000} step={1} onValue={(steps) => onValue({ ...value, steps })} />
      <NumberField
        label="Prompts a step (8 responses each)"
        value={value.promptsPerStep}
        min={1}
        max={256}
        step={1}
        onValue={(promptsPerStep) => onValue({ ...value, promptsPerStep })}
      />
      <NumberField
        label="Held-out problems (0: no evaluation)"
        value={value.heldOut}
        min={0}
        max={2000}
        step={1}
        onValue={(heldOut) => onValue({ ...value, heldOut })}
      />
      <NumberField label="Seed" value={value.seed} min={0} max={1_000_000} step={1} onValue={(seed) => onValue({ ...value, seed })} />
      <label class="choice">
        <span>Compute on the</span>
        <select onChange={({ currentTarget }) => onValue({ ...value, device: devices()[currentTarget.selectedIndex]!.device })}>
          {devices().map(({ label, device }) => (
            <option key={label} selected={JSON.stringify(device) === JSON.stringify(value.device)}>
              {label}
            </option>
          ))}
        </select>
      </label>
    </>
  );
}

function EditFields({ value, onValue }: FieldsProps<Edits>) {
  return (
    <>
      <NumberField
        label="Sampling temperature"
        value={value.temperature}
        min={0.1}
        max={3}
        step={0.05}
        onValue={(temperature) => onValue({ ...value, temperature })}
      />
      <NumberField
        label="Entropy target (nats a token)"
        value={value.entropyTarget}
        min={0}
        max={3}
        step={0.01}
        onValue={(entropyTarget) => onValue({ ...value, entropyTarget })}
      />
      <label class="choice">
        <span>Reward</span>
        <select
          value={value.reward === null ? 'own' : 'mine'}
          onChange={({ currentTarget }) => onValue({ ...value, reward: currentTarget.value === 'own' ? null : EXAMPLE })}
        >
          <option value="own">the problems' own verifiers</option>
          <option value="mine">a function that I write</option>
        </select>
      </label>
      {value.reward === null ? null : (
        <label class="choice">
          <span>Reward function (JavaScript; it runs in this tab)</span>
          <textarea
            spellcheck={false}
            value={value.reward}
            onInput={({ currentTarget }) => onValue({ ...value, reward: currentTarget.value })}
          />
        </label>
      )}
    </>
  );
}

/** Buttons and fields of the run in this tab. */
export function TabControls({ state }: { readonly state: TabState }) {
  const [start, setStart] = useState(START);
  const [edits, setEdits] = useState(EDITS);
  const { status, configuration, reward } = state;
  // An imported run brings its own settings; an edit that was taken stays as it is.
  useEffect(() => {
    if (configuration === null) return;
    setEdits({ temperature: configuration.temperature, entropyTarget: configuration.entropy.target, reward });
    setStart((before) => ({
      ...before,
      seed: configuration.seed,
      steps: configuration.steps ?? before.steps,
      promptsPerStep: configuration.promptsPerStep,
      heldOut: configuration.eval.problems,
    }));
  }, [configuration, reward]);

  const exists = configuration !== null;
  const going = status === 'running';
  const busy = status === 'loading' || status === 'pausing';
  return (
    <form class="panel settings" aria-label="Run" onSubmit={(event) => event.preventDefault()}>
      <div class="actions">
        {going || status === 'pausing' ? (
          <button type="button" class="primary" disabled={busy} onClick={() => tabSession.tell({ kind: 'pause' })}>
            Pause
          </button>
        ) : null}
        {status === 'paused' ? (
          <button type="button" class="primary" onClick={() => tabSession.tell({ kind: 'resume' })}>
            Go on
          </button>
        ) : null}
        <button type="button" class={exists ? '' : 'primary'} disabled={going || busy} onClick={() => tabSession.start(start, edits)}>
          {exists ? 'Start anew' : 'Start'}
        </button>
        {exists ? (
          <button type="button" disabled={busy} onClick={() => tabSession.tell({ kind: 'export' })}>
            Save the run
          </button>
        ) : null}
      </div>
      <fieldset>
        <legend>While it runs</legend>
        <EditFields value={edits} onValue={setEdits} />
        {exists ? (
          <button type="button" disabled={busy} onClick={() => tabSession.tell({ kind: 'edit', edits })}>
            Apply
          </button>
        ) : null}
      </fieldset>
      <fieldset disabled={going || busy}>
        <legend>Before it starts</legend>
        <StartFields value={start} onValue={setStart} />
        <label class="choice">
          <span>Open a saved run (.zip)</span>
          <input
            type="file"
            accept=".zip"
            onChange={({ currentTarget }) => {
              const file = currentTarget.files?.[0];
              if (file !== undefined) void tabSession.import(file, start.device);
            }}
          />
        </label>
      </fieldset>
    </form>
  );
}
