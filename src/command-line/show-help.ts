import type { Config } from '@oclif/core/config';
import { Help } from '@oclif/core/help';

/** Prints the help of a command to standard error, since it is not the requested output. */
export async function showHelp(config: Config, command: string): Promise<void> {
  await new Help(config, { ...config.pjson.oclif.helpOptions, sendToStderr: true }).showHelp([command]);
}
