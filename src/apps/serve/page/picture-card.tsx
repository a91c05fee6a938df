import { useState } from 'preact/hooks';
import type { Picture } from './pictures.js';

interface Props {
  readonly picture: Picture;
  readonly onCompare: () => void;
}

/** One picture: what it looks like, where it stands, and its result. */
export function PictureCard({ picture, onCompare }: Props) {
  const { name, state, resultUrl, result, problem } = picture;
  return (
    <li class={`card ${state}`}>
      <Thumbnail picture={picture} onOpen={state === 'done' ? onCompare : undefined} />
      <div class="card-text">
        <p class="card-name" title={name}>
          {name}
        </p>
        {state === 'failed' ? <p class="problem">{problem}</p> : <p class="card-facts">{factsOf(picture)}</p>}
        {result?.warnings?.map((warning) => (
          <p key={warning} class="warning">
            {warning}
          </p>
        ))}
        {state !== 'done' && state !== 'failed' && <Bar picture={picture} />}
        {state === 'done' && (
          <div class="card-buttons">
            <button class="button" type="button" onClick={onCompare} aria-label={`Compare ${name}`}>
              Compare
            </button>
            <a
              class="button primary"
              href={resultUrl}
              download={result?.name}
              aria-label={`Download ${result?.name ?? name}`}
            >
              Download
            </a>
          </div>
        )}
      </div>
    </li>
  );
}

function Thumbnail({ picture, onOpen }: { picture: Picture; onOpen: (() => void) | undefined }) {
  const { sourceUrl, resultUrl, name } = picture;
  const [isUnseen, setUnseen] = useState(false);
  const url = resultUrl ?? sourceUrl;
  const image =
    url === undefined || isUnseen ? (
      <span class="no-preview">No preview</span>
    ) : (
      <img src={url} alt="" loading="lazy" onError={() => setUnseen(true)} onLoad={() => setUnseen(false)} />
    );
  if (!onOpen) return <div class="thumbnail">{image}</div>;
  return (
    <button class="thumbnail" type="button" onClick={onOpen} aria-label={`Look at ${name}`} tabIndex={-1}>
      {image}
    </button>
  );
}

function Bar({ picture: { state, sent, name } }: { picture: Picture }) {
  const label = `${STATES[state]} ${name}`;
  if (state === 'sending') return <progress value={sent} max={1} aria-label={label} />;
  return <progress class={state} aria-label={label} {...(state === 'waiting' ? { value: 0, max: 1 } : {})} />;
}

const STATES: Record<Picture['state'], string> = {
  sending: 'Sending',
  waiting: 'Waiting',
  working: 'Enlarging',
  done: 'Done',
  failed: 'Failed',
};

function factsOf({ state, result, sent }: Picture): string {
  if (state === 'sending') return `Sending, ${Math.round(100 * sent)} %`;
  if (!result) return `${STATES[state]}…`;
  const { inputWidthPx, inputHeightPx, outputWidthPx, outputHeightPx, outputBytes } = result;
  const from = inputWidthPx === undefined ? '' : `${inputWidthPx} × ${inputHeightPx ?? ''}`;
  const to = outputWidthPx === undefined ? '' : `${outputWidthPx} × ${outputHeightPx ?? ''}`;
  const sizes = [from, to].filter((text) => text !== '').join(' → ');
  return [sizes, outputBytes === undefined ? '' : bytesText(outputBytes)]
    .filter((text) => text !== '')
    .join(' · ');
}

function bytesText(bytes: number): string {
  const [unit, value] = bytes < 1e6 ? ['kB', bytes / 1e3] : ['MB', bytes / 1e6];
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}
