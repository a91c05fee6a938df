import type { NetworkFile } from '../../../contract/engine.js';
import type { Networks } from '../../../contract/ports.js';
import { once } from '../../../system/share-promise.js';
import type { QuantizedNetwork } from './quantized-network.js';

/**
 * The same networks, each with a form in 8-bit integers where it can have one.
 * @param tell takes a sentence about each network, once
 * @param integersAreExact whether this processor can be trusted with them
 */
export function quantizedNetworks(
  networks: Networks,
  tell: (sentence: string) => void,
  integersAreExact: () => Promise<boolean> = testIntegers,
): Networks {
  const loaded = new Map<string, Promise<NetworkFile>>();
  let exact: Promise<boolean> | undefined;
  return {
    describe: (name) => networks.describe(name),
    load: (name, factor) =>
      once(loaded, `${name} x${factor}`, async () => quantized(await networks.load(name, factor))),
  };

  async function quantized(network: NetworkFile): Promise<NetworkFile> {
    if (network.kernel) return network;
    if (!network.tiled) {
      tell(`${network.title} runs in fp32: int8 is for networks that can be folded.`);
      return network;
    }
    exact ??= tested();
    if (!(await exact)) return network;
    const { quantizedNetwork } = await import('./quantized-network.js');
    const made = await quantizedNetwork(network, network.tiled);
    tell(textOf(made));
    return made.network;
  }

  async function tested(): Promise<boolean> {
    const passed = await integersAreExact();
    if (!passed) {
      tell(
        'All runs in fp32: int8 needs a processor that adds products of 8 bits without overflow (VNNI on x86).',
      );
    }
    return passed;
  }
}

async function testIntegers(): Promise<boolean> {
  const integers = await import('../../engines/onnx-integers.js');
  return integers.integersAreExact();
}

function textOf({ network, psnrDb, gain }: QuantizedNetwork): string {
  const speed = `${gain.toFixed(1)} times as fast off the border`;
  return `${network.title} in int8: ${psnrDb.toFixed(1)} dB PSNR against fp32 on generated images, ${speed} here.`;
}
