export { pipe } from './flow/pipe.js';
export { fromDisk, onDisk } from './system/files/file-names.js';
export { ERROR_CODES, SrganError, type ErrorCode } from './system/errors.js';
export { listNetworks } from './network/models/networks.js';
export type { Outcome, OutputFormat, SourceOverrides, StageName, Status } from './contract/job.js';
export type { Device, EngineName, Precision } from './contract/engine.js';
export type { Inputs, ListFormat, SourceSpec } from './contract/program-inputs.js';
export type { PipeOptions, Shard, Size } from './contract/options.js';
export type { Summary } from './flow/summary.js';
