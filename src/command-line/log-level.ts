/** How much is written to stderr. */
export interface LogLevel {
  readonly level: 'quiet' | 'normal' | 'verbose';
  /** Whether a line can be redrawn in place. */
  readonly live: boolean;
  readonly coloured: boolean;
}

/** NO_COLOR as in https://no-color.org: set and not empty. */
export function logLevel(
  flags: { quiet?: boolean; verbose?: boolean },
  terminal: { isTTY?: boolean },
  env: NodeJS.ProcessEnv,
): LogLevel {
  const live = terminal.isTTY === true && env['TERM'] !== 'dumb';
  return {
    level: flags.quiet ? 'quiet' : flags.verbose ? 'verbose' : 'normal',
    live,
    coloured: live && !env['NO_COLOR'],
  };
}
