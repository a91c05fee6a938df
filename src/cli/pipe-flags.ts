import type { Interfaces } from '@oclif/core';
import {
  failingFlags,
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
  ...reportingFlags,
};

export type PipeFlags = Partial<Interfaces.InferredFlags<typeof pipeFlags>>;
