import type { ConfigurationLayer } from '../configuration/schema.ts';

/** A named schedule: what it changes of the defaults, and where its values come from. */
export interface Preset {
  readonly name: string;
  /** One line for `--help` and lists. */
  readonly title: string;
  /** Where the values stand in the report, the released scripts or our own measurements. */
  readonly source: string;
  /** Parameters of the model that the preset was made for; an estimate needs them where no model folder is given. */
  readonly nominalParameters: number;
  readonly layer: ConfigurationLayer;
}
