import type { NetworkFile } from '../../contract/engine.js';
import { SrganError } from '../../system/errors.js';
import { formatBytes } from '../../system/measures.js';
import type { By } from '../../network/models/identify/stated-facts.js';
import type { FileDescription, NetworkDescription, NetworkListing } from '../../network/models/networks.js';
import { tableText, visible } from '../../report/terminal-text.js';

const HEADING = ['NAME', 'FACTOR', 'RADIUS', 'MACS/PX', 'PARAMETERS', 'LICENCE', 'FROM'];

/** One row for each factor; a family that is not installed has one row for all. */
export function networksTable(listings: readonly NetworkListing[]): string {
  const rows = listings.flatMap((listing) => {
    const { name, networks, factors } = listing;
    const end = [visible(listing.licence ?? UNKNOWN), from(listing)];
    return networks.length > 0
      ? networks.map((network) => [
          name,
          `x${network.factor}`,
          `${network.radiusPx} px`,
          thousands(network.macsPerPixel),
          thousands(network.parameters),
          ...end,
        ])
      : [[name, factors.map((factor) => `x${factor}`).join(' '), '', '', '', ...end]];
  });
  return tableText([HEADING, ...rows], NUMERIC);
}

const UNKNOWN = 'unknown';

function from({ package: packageName, version, directory, origin }: NetworkListing): string {
  if (packageName === undefined) return visible(origin);
  return directory ? `${packageName} ${version ?? ''}`.trim() : notInstalled(packageName);
}

const NUMERIC = new Set([2, 3, 4]);

export function networkInfo(listing: NetworkListing): string {
  const { name, factors, defaultFactor, origin, package: packageName, directory, kept } = listing;
  const facts = tableText([
    ['name', name],
    [
      'factors',
      factors.map((factor) => `x${factor}${factor === defaultFactor ? ' (default)' : ''}`).join(', '),
    ],
    ['licence', licenceOf(listing)],
    ['origin', visible(origin)],
    ...(packageName === undefined ? [] : [['package', from(listing)]]),
    ...(directory ? [['directory', visible(directory)]] : []),
    ...(kept ? [['added', kept.added]] : []),
    ...Object.entries(kept?.files ?? {}).map(([file, sum]) => ['sha256', `${sum}  ${visible(file)}`]),
  ]);
  if (listing.networks.length === 0) return facts;
  const networks = tableText(
    [
      ['FACTOR', 'RADIUS', 'MACS/PX', 'FOLDED', 'GAIN', 'PARAMETERS', 'LIVE VALUES/PX'],
      ...listing.networks.map((network) => [
        `x${network.factor}`,
        `${network.radiusPx} px`,
        thousands(network.macsPerPixel),
        ...foldingOf(network),
        thousands(network.parameters),
        thousands(network.liveFloatsPerPixel),
      ]),
    ],
    new Set([1, 2, 3, 4, 5, 6]),
  );
  return `${facts}\n${networks}`;
}

function licenceOf({ licence = UNKNOWN, kept }: NetworkListing): string {
  return visible(kept?.licenceBy === undefined ? licence : `${licence} (${kept.licenceBy})`);
}

/** What is known of a kept family, and how it was found out of each of its networks. */
export function keptInfo(listing: NetworkListing, files: readonly FileDescription[]): string {
  const found = files.map(
    (file) => `\nx${file.factor}, ${file.format}, ${visible(file.file)}\n${findings(file)}`,
  );
  return [networkInfo(listing), ...found].join('');
}

export function fileInfo(file: FileDescription): string {
  const { network, means } = file;
  const facts = tableText([
    ['name', visible(file.title === undefined ? file.name : `${file.name} (${file.title})`)],
    ['file', visible(file.file)],
    ['format', file.format],
    ...(file.licence === undefined ? [] : [['licence', visible(file.licence)]]),
    ...(file.origin === undefined ? [] : [['origin', visible(file.origin)]]),
    ...(file.statedIn === undefined ? [] : [['stated in', visible(file.statedIn)]]),
    ...(means > 0
      ? [['means', `looks at ${means} means over the whole image: a pass over the tiles for each`]]
      : []),
    ['MACs per pixel', thousands(network.macsPerPixel)],
    ...(network.foldedMacsPerPixel === undefined
      ? []
      : [['folded', `${thousands(network.foldedMacsPerPixel)}, ${foldingOf(network)[1]} fewer`]]),
    ['parameters', thousands(network.parameters)],
    ['live values per pixel', thousands(network.liveFloatsPerPixel)],
  ]);
  return `${facts}\n${findings(file)}`;
}

function findings(file: FileDescription): string {
  const rows = file.findings.map(({ what, value, by }) => [what, value, WAYS[by]]);
  return tableText([['FACT', 'VALUE', 'BY'], ...rows]);
}

const WAYS: Readonly<Record<By, string>> = {
  graph: 'read from its operators',
  file: 'read from its file',
  metadata: 'stated in its metadata',
  format: 'as its format has it',
  package: 'known of its package',
  probe: 'found by running it',
  stated: 'stated beside it',
};

/** @throws SrganError E_MODEL */
export function pickNetwork(listings: readonly NetworkListing[], name: string): NetworkListing {
  const found = listings.find((listing) => listing.name === name);
  if (found) return found;
  throw new SrganError('E_MODEL', `There is no network of the name ${name}.`, {
    hint: `The names are ${listings.map((listing) => listing.name).join(', ')}.`,
  });
}

/** What is left of the multiply-adds, and how many times fewer that is. */
function foldingOf({ macsPerPixel, foldedMacsPerPixel: folded }: NetworkDescription): [string, string] {
  return folded === undefined ? ['-', '-'] : [thousands(folded), `${(macsPerPixel / folded).toFixed(2)}x`];
}

const notInstalled = (packageName: string) => `not installed: srgan models add ${packageName}`;

const thousands = (value: number) => Math.round(value).toLocaleString('en-US');

/** What another tool must know of an ONNX file. */
export function convertedLine({ title, factor, inputRange, outputRange, bytes }: NetworkFile): string {
  const ranges = `takes values of 0..${inputRange} and gives ${factor} × ${factor} times as many of 0..${outputRange}`;
  return visible(`${title}: ${formatBytes(bytes.length)}; ${ranges}.`);
}
