export { directoryLedger } from './directory-ledger.ts';
export { nodeFiles } from './node-files.ts';
export { sentenceTransformer } from './sentence-transformer.ts';
export { sha256 } from './sha256.ts';
