import { SrganError } from '../../system/errors.js';

/** @throws SrganError E_ENGINE where `planes` are not the three planes of such an image */
export function checkPlanes(title: string, planes: Float32Array, widthPx: number, heightPx: number): void {
  if (planes.length === 3 * widthPx * heightPx && planes.length > 0) return;
  const got = `${planes.length} values for ${widthPx} × ${heightPx} pixels`;
  throw new SrganError('E_ENGINE', `${title}: expected three planes, got ${got}.`);
}

export function scaleValues(values: Float32Array, by: number): void {
  for (let i = 0; i < values.length; i += 1) values[i] = (values[i] as number) * by;
}
