/** What `or1 curate --in` does without a configuration: everything that needs no model. */
export const DEFAULT_STAGES: readonly string[] = [
  'normalise',
  'answers',
  'filters',
  'duplicates',
  'test-suites',
  'references',
  'embedding-duplicates',
];
