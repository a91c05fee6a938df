import type { Interfaces } from '@oclif/core';
import {
  namingFlags,
  networkFlags,
  resultFlags,
  selectingFlags,
  shardFlag,
  resourceFlags,
  stateFlag,
  storageFlags,
} from './flags.js';
import { failingFlags, journalFlags, reportingFlags, superviseFlag } from './report-flags.js';

export const pipeFlags = {
  ...selectingFlags,
  ...shardFlag,
  ...namingFlags,
  ...resultFlags,
  ...networkFlags,
  ...resourceFlags,
  ...failingFlags,
  ...journalFlags,
  ...storageFlags,
  ...stateFlag,
  ...superviseFlag,
  ...reportingFlags,
};

export type PipeFlags = Partial<Interfaces.InferredFlags<typeof pipeFlags>>;
