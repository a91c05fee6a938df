export { pipe } from './pipe.js';
export { fromDisk, onDisk } from './files/names.js';
export { ERROR_CODES, SrganError, type ErrorCode } from './errors.js';
export { listNetworks } from './models/networks.js';
export type { Outcome, OutputFormat, SourceOverrides, StageName, Status } from './job.js';
export type { Device, EngineName, Precision } from './engines/engine.js';
export type { Inputs, ListFormat, SourceSpec } from './inputs.js';
export type { PipeOptions, Shard, Size } from './options.js';
export type { Summary } from './reports/summary.js';
