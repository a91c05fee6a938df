import { isBuiltIn } from '../registry.js';

/** Whether a name stands for a network by itself: one that is built in, or that the user keeps. */
export async function isKnownName(name: string): Promise<boolean> {
  if (isBuiltIn(name)) return true;
  const { findKept } = await import('./kept-families.js');
  return (await findKept(name)) !== undefined;
}
