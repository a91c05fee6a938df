import type { Workload } from '../../flow/measured-runs/run-order.js';
import { defaultEngine } from '../../network/engines/default-engine.js';
import { expected } from '../../system/expect.js';
import { SrganError } from '../../system/errors.js';
import { listNetworks, openNetworks } from '../../network/models/networks.js';
import { SCALE, type ModelComparisonSettings } from './comparison-settings.js';

/** What makes images large again: a network, or the plain kernel that all are compared with. */
export interface Contender {
  /** Told apart from all others. */
  readonly name: string;
  readonly baseline: boolean;
  /** Factors it has; where the wanted one is not among them its result is resized, as by `--scale`. */
  readonly factors: readonly number[];
  readonly workload: Workload;
}

export interface Contest {
  readonly scale: number;
  /** The baseline first. */
  readonly contenders: readonly Contender[];
}

const BASELINE = 'lanczos3';
const USUAL_SCALE = 2;

/**
 * @throws SrganError E_MODEL where a network is not there, E_USAGE where the factor is none that can be compared
 */
export async function openContest(settings: ModelComparisonSettings): Promise<Contest> {
  const { device, tile } = settings;
  const engine = defaultEngine(device);
  const networks = openNetworks({ engine, device });
  const stated = settings.models ?? (await installedFor(settings.scale ?? USUAL_SCALE));
  const families = await Promise.all(
    stated.map(async (model) => ({ model, ...(await networks.describe(model)) })),
  );
  const scale =
    settings.scale ?? families.map((f) => f.defaultFactor).find((factor) => factor > 1) ?? USUAL_SCALE;
  if (!SCALE.holds(scale)) throw expected(SCALE.what, 'scale', scale);
  const isOne = (name: string) => name !== BASELINE && families.filter((f) => f.name === name).length === 1;
  return {
    scale,
    contenders: [
      {
        name: BASELINE,
        baseline: true,
        factors: [scale],
        workload: { engine: 'resize', model: BASELINE, scale },
      },
      ...families.map(({ model, name, factors }) => ({
        name: isOne(name) ? name : model,
        baseline: false,
        factors,
        workload: { engine, model, device, tile, scale } as const,
      })),
    ],
  };
}

async function installedFor(scale: number): Promise<string[]> {
  const listings = await listNetworks();
  const names = listings
    .filter(({ installed, factors }) => installed && factors.includes(scale))
    .map(({ name }) => name);
  if (names.length > 0) return names;
  throw new SrganError('E_MODEL', `No network is installed that has the factor ${scale}.`, {
    hint: "Name some with --models; 'srgan models' lists those there are.",
  });
}
