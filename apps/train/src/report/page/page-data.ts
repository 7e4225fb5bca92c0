import type { Chart } from '../charts/chart.ts';
import type { ReportSample } from '../report-data.ts';

/** What the page's script finds in the page: the JSON of the element `report-data`. */
export interface PageData {
  readonly charts: readonly Chart[];
  readonly stages: readonly StageMark[];
  readonly samples: readonly ReportSample[];
}

/** Where a stage begins, for the vertical lines in the charts; the first stage has none. */
export interface StageMark {
  readonly step: number;
  readonly label: string;
}
