import type { Interfaces } from '@oclif/core';
import {
  failingFlags,
  journalFlags,
  namingFlags,
  networkFlags,
  reportingFlags,
  resourceFlags,
  resultFlags,
  selectingFlags,
} from './flags.js';

export const pipeFlags = {
  ...selectingFlags,
  ...namingFlags,
  ...resultFlags,
  ...networkFlags,
  ...resourceFlags,
  ...failingFlags,
  ...journalFlags,
  ...reportingFlags,
};

export type PipeFlags = Partial<Interfaces.InferredFlags<typeof pipeFlags>>;
