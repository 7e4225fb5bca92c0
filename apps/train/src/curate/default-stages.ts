/** What `or1 curate --in` does without a configuration: everything that needs no model. */
export const DEFAULT_STAGES: readonly string[] = ['normalise', 'answers', 'test-suites', 'references', 'embedding-duplicates'];
