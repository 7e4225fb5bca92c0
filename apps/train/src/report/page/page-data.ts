import type { Chart, RunSample, StageMark } from '@or1/views';

/** What the page's script finds in the page: the JSON of the element `report-data`. */
export interface PageData {
  readonly charts: readonly Chart[];
  readonly stages: readonly StageMark[];
  readonly samples: readonly RunSample[];
}
