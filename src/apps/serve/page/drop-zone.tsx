import { useEffect, useRef, useState } from 'preact/hooks';
import { filesDropped } from './dropped.js';

interface Props {
  readonly isSmall: boolean;
  readonly onFiles: (files: readonly File[]) => void;
}

/** Takes files that are dropped anywhere on the page, pasted, or chosen. */
export function DropZone({ isSmall, onFiles }: Props) {
  const [isOver, setOver] = useState(false);
  const folder = useRef<HTMLInputElement>(null);
  const take = (files: readonly File[]) => {
    if (files.length > 0) onFiles(files);
  };

  useEffect(() => {
    const over = (event: DragEvent) => {
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      if (event.dataTransfer) filesDropped(event.dataTransfer).then(take).catch(reportError);
    };
    const paste = (event: ClipboardEvent) => take([...(event.clipboardData?.files ?? [])]);
    addEventListener('dragover', over);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    addEventListener('paste', paste);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
      removeEventListener('paste', paste);
    };
  });

  const chosen = (input: HTMLInputElement) => {
    take([...(input.files ?? [])].filter(({ type }) => type === '' || type.startsWith('image/')));
    input.value = '';
  };

  return (
    <section class={`drop ${isSmall ? 'small' : ''} ${isOver ? 'over' : ''}`} aria-label="Add pictures">
      <svg class="drop-icon" viewBox="0 0 48 48" aria-hidden="true">
        <rect x="8" y="26" width="14" height="14" rx="3" />
        <path d="M20 8h20v20M40 8 27 21" />
      </svg>
      <p class="drop-title">{isOver ? 'Let go to enlarge' : 'Drop pictures here'}</p>
      <p class="drop-hint">or paste them, or</p>
      <div class="drop-buttons">
        <label class="button primary">
          Choose pictures
          <input
            class="hidden"
            type="file"
            multiple
            accept="image/png,image/jpeg,image/webp,image/avif,image/tiff,image/gif"
            onChange={(event) => chosen(event.currentTarget)}
          />
        </label>
        <button class="button" type="button" onClick={() => folder.current?.click()}>
          Choose a folder
        </button>
        <input
          ref={folder}
          hidden
          type="file"
          multiple
          aria-label="Folder"
          onChange={(event) => chosen(event.currentTarget)}
          {...{ webkitdirectory: true }}
        />
      </div>
    </section>
  );
}
