import type { IEditorLanguageRegistry } from '@jupyterlab/codemirror';
import type { Extension } from '@codemirror/state';
import * as React from 'react';
import { openEditors, type Editors, type EditorsOptions } from './editors';

/** By a MIME type, a name of a language, or a name of a file. */
export type LanguageSpec = { mime?: string; name?: string; file?: string };

/** The colours of a language, fetched when they are first needed. */
export function useLanguage(
  languages: IEditorLanguageRegistry,
  { mime, name, file }: LanguageSpec
): Extension | null {
  const [found, setFound] = React.useState<Extension | null>(null);
  React.useEffect(() => {
    let wanted = true;
    const spec =
      (mime && languages.findByMIME(mime)) ||
      (name && languages.findByName(name)) ||
      (file && languages.findByFileName(file)) ||
      null;
    if (spec) {
      void languages
        .getLanguage(spec)
        .then(language => wanted && setFound(language?.support ?? null))
        // Without colours it reads as well.
        .catch(() => undefined);
    }
    return () => {
      wanted = false;
    };
  }, [languages, mime, name, file]);
  return found;
}

/** Whether somebody has come near to it; a notebook may have thousands of cells. */
export function useNear(ref: React.RefObject<HTMLElement>): boolean {
  const [isNear, setNear] = React.useState(
    typeof IntersectionObserver === 'undefined'
  );
  React.useEffect(() => {
    if (isNear || ref.current === null) {
      return;
    }
    const observer = new IntersectionObserver(
      entries => {
        if (entries.some(each => each.isIntersecting)) {
          setNear(true);
        }
      },
      // The margin counts only around what scrolls.
      {
        root: ref.current.closest('.jp-Commons-GitPanel'),
        rootMargin: '600px'
      }
    );
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, [isNear, ref]);
  return isNear;
}

const LINE_PX = 17;
const MOST_PX = 2000;

/** Two texts side by side or in one, or one text alone. */
export function SourceDiff(
  props: EditorsOptions & { onOpen?: (editors: Editors | null) => void }
): JSX.Element {
  const { before, after, layout, labels, language, numbers, onOpen, trans } =
    props;
  const host = React.useRef<HTMLDivElement>(null);
  const isNear = useNear(host);
  const { before: beforeLabel, after: afterLabel } = labels;
  React.useEffect(() => {
    if (!isNear || host.current === null) {
      return;
    }
    const editors = openEditors(host.current, {
      before,
      after,
      layout,
      labels: { before: beforeLabel, after: afterLabel },
      language,
      numbers,
      trans
    });
    onOpen?.(editors);
    return () => {
      onOpen?.(null);
      editors.destroy();
    };
  }, [
    isNear,
    before,
    after,
    layout,
    beforeLabel,
    afterLabel,
    language,
    numbers,
    onOpen,
    trans
  ]);
  const lines = (after ?? before ?? '').split('\n', MOST_PX / LINE_PX).length;
  return (
    <div
      ref={host}
      className="jp-Commons-GitSource"
      style={isNear ? undefined : { minHeight: lines * LINE_PX }}
    />
  );
}
