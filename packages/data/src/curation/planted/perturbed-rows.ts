import { deriveKey, RandomStream } from '../../random.ts';
import type { RealText } from './planted-truth.ts';
import { editWords, respace, restyleLatex } from './rewordings.ts';

/** A row as real collections hold them: a problem of its own most of the time, a copy of an earlier one else. */
export interface PerturbedRow extends RealText {
  readonly kind: 'real' | 'other numbers' | 'exact copy' | 'edited copy' | 'restyled copy' | 'respaced copy';
}

/**
 * `count` rows made from real ones by going over them again and again: the first round is the rows themselves; after that seven in ten have all their
 * numbers drawn anew, the rest repeat a problem word for word or reworded. A row depends on its place and the seed alone.
 */
export function* perturbedRows(originals: readonly RealText[], count: number, seed: number): Generator<PerturbedRow> {
  for (let place = 0; place < count; place++) {
    const original = originals[place % originals.length]!;
    const round = Math.floor(place / originals.length);
    const id = `${original.source}#${place}`;
    if (round === 0) yield { ...original, id, kind: 'real' };
    else yield { ...original, id, ...perturbed(original.text, new RandomStream(deriveKey(seed, place))) };
  }
}

function perturbed(text: string, random: RandomStream): Pick<PerturbedRow, 'text' | 'kind'> {
  const draw = random.uniform();
  if (draw < 0.7) {
    const digits = (number: string) => String(random.integer(10 ** (number.length - 1), 10 ** Math.min(number.length, 9) - 1));
    return { text: text.replace(/(?<!\d)[1-9]\d{0,8}(?!\d)/g, digits), kind: 'other numbers' };
  }
  if (draw < 0.78) return { text, kind: 'exact copy' };
  if (draw < 0.9) return { text: editWords(text, random) ?? text, kind: 'edited copy' };
  if (draw < 0.95) return { text: restyleLatex(text, random) ?? text, kind: 'restyled copy' };
  return { text: respace(text, random) ?? text, kind: 'respaced copy' };
}
