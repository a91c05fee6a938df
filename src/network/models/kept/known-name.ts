import { isBuiltIn } from '../registry.js';

/** Whether a name is that of a built-in or kept network. */
export async function isKnownName(name: string): Promise<boolean> {
  if (isBuiltIn(name)) return true;
  const { findKept } = await import('./kept-families.js');
  return (await findKept(name)) !== undefined;
}
