import type { LossSettings, SelectionSettings } from '@or1/optimizer';
import type { RunConfiguration } from '../configuration/schema.ts';
import type { Stage } from '../configuration/stages.ts';

/** The optimizer package's settings, from the run's configuration and the stage at hand. */
export function optimizerSettings(configuration: RunConfiguration, stage: Stage): SelectionSettings & LossSettings {
  const { overlong, importanceSampling, covariance } = configuration;
  return {
    advantage: configuration.advantage,
    truncation: configuration.truncation,
    rejection: configuration.rejection,
    overlong: overlong.buffer === 0 ? null : { limit: stage.contextLength, buffer: overlong.buffer, factor: overlong.penalty },
    clip: configuration.clip,
    kl: configuration.kl,
    covariance: covariance.mode === 'off' ? null : { ...covariance, mode: covariance.mode },
    importance: { cap: importanceSampling.cap === 0 ? null : importanceSampling.cap },
  };
}
