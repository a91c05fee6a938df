/** Largest --scale, --width and --height; far above what any format holds. */
export const MAX_SCALE = 1000;
export const MAX_SIDE_PX = 10_000_000;

/** What a timer of Node's can wait for. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;
