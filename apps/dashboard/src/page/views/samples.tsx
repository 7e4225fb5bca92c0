import { showSamples } from '@or1/views/page';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { RunSamples } from '../../server/run-answers.ts';
import { useLoaded, useSource } from '../hooks.ts';
import { Arrived } from '../parts/basics.tsx';

function Browser({ samples }: { readonly samples: RunSamples['samples'] }) {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    place.current?.replaceChildren();
    showSamples(place.current!, samples);
  }, [samples]);
  return <div ref={place} />;
}

/** The browser of samples: both ends of the run on held-out problems, and the rollouts of one step. */
export function Samples({ id }: { readonly id: string }) {
  const source = useSource();
  const [step, setStep] = useState<number | null>(null);
  const loaded = useLoaded(() => source.samples(id, step), [source, id, step]);
  return (
    <section aria-label="Samples">
      <p class="note">
        What the model wrote, how it was judged and why. Choose a problem in the list; with the list in focus, the arrow keys move on.
      </p>
      <Arrived of={loaded}>
        {({ samples, notes, rolloutSteps }) => (
          <>
            {source.live && rolloutSteps.length > 1 ? (
              <label class="choice">
                <span>Rollouts of step</span>
                <select value={step ?? rolloutSteps.at(-1)} onChange={(event) => setStep(Number(event.currentTarget.value))}>
                  {rolloutSteps.map((one) => (
                    <option key={one} value={one}>
                      {one}
                    </option>
                  ))}
                </select>
              </label>
            ) : null}
            {samples.length === 0 ? <p class="note">This run has kept no samples yet.</p> : <Browser samples={samples} />}
            {notes.map((note) => (
              <p class="note" key={note}>
                {note}
              </p>
            ))}
          </>
        )}
      </Arrived>
    </section>
  );
}
