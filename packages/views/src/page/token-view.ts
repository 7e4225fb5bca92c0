import type { SampleTokens } from '../run-data.ts';
import { element } from './element.ts';

export type TokenColouring = 'none' | 'surprise' | 'entropy';

/** Values at which a colour is at its strongest, in nats: a token of probability 1.8 %, and an entropy of about five equal choices. */
const STRONGEST: Readonly<Record<'surprise' | 'entropy', number>> = { surprise: 4, entropy: 1.6 };

function describe(tokens: SampleTokens, index: number): string {
  const logProbability = tokens.logProbabilities[index] ?? 0;
  const entropy = tokens.entropies?.[index];
  const probability = `probability ${(Math.exp(logProbability) * 100).toFixed(1)} %, log-probability ${logProbability.toFixed(3)}`;
  return `${JSON.stringify(tokens.pieces[index])}: ${probability}${entropy === undefined ? '' : `, entropy ${entropy.toFixed(3)} nats`}`;
}

/** How strongly a token is coloured, 0..1. */
function tokenStrength(tokens: SampleTokens, index: number, colouring: 'surprise' | 'entropy'): number {
  const value = colouring === 'surprise' ? -(tokens.logProbabilities[index] ?? 0) : (tokens.entropies?.[index] ?? 0);
  return Math.min(1, Math.max(0, value / STRONGEST[colouring]));
}

/** A response token by token, coloured by what the sampler knew; `onPoint` receives a line about the token under the pointer. */
export function tokenSpans(tokens: SampleTokens, colouring: 'surprise' | 'entropy', onPoint: (line: string) => void): HTMLElement[] {
  return tokens.pieces.map((piece, index) => {
    const line = describe(tokens, index);
    const span = element('span', { class: 'token', title: line, pointerenter: () => onPoint(line) }, piece);
    span.style.backgroundColor = `rgb(var(--heat-${colouring}) / ${(tokenStrength(tokens, index, colouring) * 0.6).toFixed(2)})`;
    return span;
  });
}
