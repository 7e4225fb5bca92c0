export { compileMapping, type Mapped } from './apply-mapping.ts';
export { lastBoxed } from './boxed.ts';
export { type ColumnMapping, columnMappingSchema } from './column-mapping.ts';
export { DataError } from './data-error.ts';
export { type Demonstration, type LoadedDemonstrations, loadDemonstrations } from './demonstration.ts';
export type { FileAccess } from './file-access.ts';
export {
  decodeGroundTruth,
  encodeGroundTruth,
  type GroundTruth,
  type JsonValue,
  type VerificationRecord,
  verificationRecord,
} from './ground-truth.ts';
export type { Row, SourceRow } from './json-rows.ts';
export { knownMappings } from './known-mappings.ts';
export { type LoadedRecords, type LoadOptions, loadRecords } from './load-records.ts';
export { type MapOptions, type MappedFile, type MappedRow, openMapped } from './map-rows.ts';
export { type MixedPart, mixedSource } from './mixed-source.ts';
export { permute } from './permutation.ts';
export { type DealtPrompt, PromptSampler, type PromptSamplerState, promptSamplerStateSchema } from './prompt-sampler.ts';
export type { Deck, PromptSource, SourcedRecord, StageKey } from './prompt-source.ts';
export { deriveKey, type Key, RandomStream, threefry } from './random.ts';
export { readRows } from './read-rows.ts';
export { type ExtraInfo, type HigherIsHarder, type Message, type ProblemRecord, problemRecordSchema, promptText } from './record.ts';
export { recordSource } from './record-source.ts';
export type { OnRowError } from './row-error.ts';
export { type TruthFault, type TruthForm, truthForm } from './truth-form.ts';
export { RECORD_ENDINGS, writeJsonl, writeParquet, writeRecords } from './write-records.ts';
