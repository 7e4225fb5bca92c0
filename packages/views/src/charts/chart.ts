/** A chart as plain data: made here from a run, drawn in the page by uPlot. */
export interface Chart {
  readonly id: string;
  readonly title: string;
  /** What the vertical axis shows, with its unit. */
  readonly axis: string;
  /** For someone who has never seen such a curve: what it is, what is healthy, what is a warning. */
  readonly howToRead: string;
  readonly kind: 'lines' | 'stacked';
  readonly format: ValueFormat;
  /** Training steps, ascending; or what `xAxis` names. */
  readonly x: readonly number[];
  /** What the horizontal axis shows where it is not training steps. */
  readonly xAxis?: string;
  readonly series: readonly ChartSeries[];
  /** Ends of the vertical axis that hold whatever the data are; null leaves an end to the data. */
  readonly range: readonly [low: number | null, high: number | null];
}

export type ValueFormat = 'share' | 'nats' | 'tokens' | 'seconds' | 'number' | 'rate';

export interface ChartSeries {
  readonly label: string;
  /** Place in the page's palette, or the grey of what is no family of its own: totals and targets. */
  readonly colour: number | 'neutral';
  /** `line`: the quantity; `faint`: the noisy values behind a smoothed line; `target`: a level to compare with; `points`: sparse measurements. */
  readonly style: 'line' | 'faint' | 'target' | 'points';
  readonly values: readonly (number | null)[];
  /** Ends of each point's 95 % interval. */
  readonly interval?: Ends;
  /** Ends of an area around the line, such as the lowest and the highest of several runs. */
  readonly band?: Ends;
}

/** A low and a high end for each point. */
export interface Ends {
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
}
