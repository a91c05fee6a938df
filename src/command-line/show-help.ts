import type { Config } from '@oclif/core/config';

/** The help of a command on standard error, since nobody asked for it as data. */
export async function showHelp(config: Config, command: string): Promise<void> {
  const { Help } = await import('@oclif/core/help');
  await new Help(config, { ...config.pjson.oclif.helpOptions, sendToStderr: true }).showHelp([command]);
}
