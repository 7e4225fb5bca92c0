/** Names of the ready mixtures of problem families. */
export type MixtureName = 'mix' | 'arithmetic' | 'countdown' | 'countdown-3' | 'countdown-4';
