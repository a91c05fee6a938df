import type { ServiceChoices } from './api.js';

/** What may be chosen for the next pictures; each name is an option of the API. */
export interface Options {
  readonly kind: string;
  readonly scale: string;
  readonly effort: string;
  readonly format: string;
}

export const DEFAULTS: Options = { kind: 'auto', scale: '2', effort: 'balanced', format: 'same' };

/** The options that a job is sent with. */
export function asked({ kind, effort, ...rest }: Options, { kinds }: ServiceChoices): Record<string, string> {
  return kinds.length > 0 ? { ...rest, kind, effort } : rest;
}

type Choices = readonly (readonly [value: string, label: string])[];

const KINDS: Choices = [
  ['auto', 'Automatic'],
  ['photo', 'Photo'],
  ['drawing', 'Drawing'],
  ['clean', 'Clean'],
];
const SCALES: Choices = [
  ['2', '2×'],
  ['3', '3×'],
  ['4', '4×'],
  ['8', '8×'],
];
const EFFORTS: Choices = [
  ['fast', 'Fast'],
  ['balanced', 'Balanced'],
  ['best', 'Best'],
];
const FORMATS: Choices = [
  ['same', 'As it is'],
  ['png', 'PNG'],
  ['jpeg', 'JPEG'],
  ['webp', 'WebP'],
  ['avif', 'AVIF'],
  ['tiff', 'TIFF'],
];

interface Props {
  readonly service: ServiceChoices;
  readonly options: Options;
  readonly onChange: (options: Options) => void;
}

export function OptionsForm({ service, options, onChange }: Props) {
  const set = (name: keyof Options) => (value: string) => onChange({ ...options, [name]: value });
  return (
    <form
      class="options"
      aria-label="Options for the next pictures"
      onSubmit={(event) => event.preventDefault()}
    >
      <Segments
        legend="Kind of picture"
        name="kind"
        choices={KINDS}
        value={options.kind}
        onChange={set('kind')}
      />
      <Segments
        legend="Enlarge"
        name="scale"
        choices={SCALES}
        value={options.scale}
        onChange={set('scale')}
      />
      {service.efforts.length > 0 && (
        <Segments
          legend="Effort"
          name="effort"
          choices={EFFORTS}
          value={options.effort}
          onChange={set('effort')}
        />
      )}
      <label class="field">
        <span class="legend">Format</span>
        <select value={options.format} onChange={(event) => set('format')(event.currentTarget.value)}>
          {FORMATS.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
    </form>
  );
}

interface SegmentsProps {
  readonly legend: string;
  readonly name: string;
  readonly choices: Choices;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** Radio buttons that look like one row of keys. */
function Segments({ legend, name, choices, value, onChange }: SegmentsProps) {
  return (
    <fieldset class="field">
      <legend class="legend">{legend}</legend>
      <div class="segments">
        {choices.map(([choice, label]) => (
          <label key={choice}>
            <input
              type="radio"
              name={name}
              value={choice}
              checked={choice === value}
              onChange={() => onChange(choice)}
            />
            <span>{label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
