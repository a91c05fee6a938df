import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { blobUrl, choicesOf, token, type ServiceChoices } from './api.js';
import { Compare } from './compare.js';
import { DropZone } from './drop-zone.js';
import { asked, DEFAULTS, OptionsForm, type Options } from './options-form.js';
import { PictureCard } from './picture-card.js';
import { usePictures, type Picture } from './pictures.js';
import { TokenForm } from './token-form.js';

function App() {
  const [service, setService] = useState<ServiceChoices | 'token' | 'unreachable'>();
  const look = () => {
    choicesOf().then(setService).catch(reportError);
  };
  useEffect(look, []);
  return (
    <>
      <header class="top">
        <h1>
          <svg viewBox="0 0 32 32" aria-hidden="true">
            <rect class="mark" width="32" height="32" rx="8" />
            <rect class="small-square" x="7" y="17" width="8" height="8" rx="2" />
            <path d="M13 7h12v12M17 15l7-7" />
          </svg>
          srgan
        </h1>
        <p>Enlarge pictures, with detail. They stay on this server.</p>
      </header>
      <main>
        {service === 'token' && <TokenForm onDone={look} />}
        {service === 'unreachable' && (
          <p class="problem" role="alert">
            The service cannot be reached.{' '}
            <button class="button" type="button" onClick={look}>
              Try again
            </button>
          </p>
        )}
        {typeof service === 'object' && <Workbench service={service} />}
      </main>
      <footer class="bottom">
        <a href="openapi.json">API</a>
      </footer>
    </>
  );
}

function Workbench({ service }: { service: ServiceChoices }) {
  const [options, setOptions] = useState<Options>(DEFAULTS);
  const [compared, setCompared] = useState<string>();
  const { pictures, add, clear } = usePictures();
  const open = pictures.find(({ key }) => key === compared);
  return (
    <>
      <OptionsForm service={service} options={options} onChange={setOptions} />
      <DropZone
        isSmall={pictures.length > 0}
        onFiles={(files) => {
          add(files, asked(options, service)).catch(reportError);
        }}
      />
      {pictures.length > 0 && (
        <section aria-label="Pictures">
          <Summary
            pictures={pictures}
            onClear={() => {
              clear().catch(reportError);
            }}
          />
          <ul class="cards">
            {pictures.map((picture) => (
              <PictureCard key={picture.key} picture={picture} onCompare={() => setCompared(picture.key)} />
            ))}
          </ul>
        </section>
      )}
      {open && <Compare key={open.key} picture={open} onClose={() => setCompared(undefined)} />}
    </>
  );
}

function Summary({ pictures, onClear }: { pictures: readonly Picture[]; onClear: () => void }) {
  const done = pictures.filter(({ state }) => state === 'done');
  const failed = pictures.filter(({ state }) => state === 'failed').length;
  const words = `${done.length} of ${pictures.length} done${failed > 0 ? `, ${failed} failed` : ''}`;
  return (
    <div class="summary">
      <p role="status">{words}</p>
      <div class="summary-buttons">
        <button class="button" type="button" onClick={onClear}>
          Clear
        </button>
        {done.length > 1 && (
          <button
            class="button"
            type="button"
            onClick={() => {
              downloadAll(done).catch(reportError);
            }}
          >
            Download all
          </button>
        )}
      </div>
    </div>
  );
}

/** A zip of each batch. */
async function downloadAll(done: readonly Picture[]): Promise<void> {
  for (const job of new Set(done.flatMap(({ job }) => job ?? []))) {
    const path = `v1/jobs/${job}/archive`;
    const link = document.createElement('a');
    link.href = token.get() === null ? path : await blobUrl(path);
    link.download = 'upscaled.zip';
    link.click();
  }
}

const root = document.getElementById('app');
if (root) {
  root.replaceChildren();
  render(<App />, root);
}
