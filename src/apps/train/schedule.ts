/** How fast is learned at a point of the training. */
export interface Schedule {
  readonly peak: number;
  readonly end: number;
  readonly warmUpSteps: number;
}

/**
 * Rises linearly over the first steps, then falls along half a cosine.
 * @param progress 0 at the begin, 1 at the end
 */
export function learningRate({ peak, end, warmUpSteps }: Schedule, step: number, progress: number): number {
  const warm = Math.min(1, (step + 1) / warmUpSteps);
  const fallen = 0.5 * (1 + Math.cos(Math.PI * Math.min(1, progress)));
  return warm * (end + (peak - end) * fallen);
}
