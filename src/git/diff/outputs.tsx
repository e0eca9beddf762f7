import { MimeModel, type IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { PartialJSONObject } from '@lumino/coreutils';
import { Widget } from '@lumino/widgets';
import * as React from 'react';
import { shortName } from '../../ui/words';
import { isObject, joined } from './cell-content';

/** A page is no place for more of one output. */
const MOST_CHARS = 200_000;
const SVG = 'image/svg+xml';
const ANSI = 'application/vnd.jupyter.';

/** An output in the form that renderers take. */
export function mimeBundle(output: PartialJSONObject): PartialJSONObject {
  switch (output.output_type) {
    case 'stream':
      return {
        [`${ANSI}${output.name === 'stderr' ? 'stderr' : 'stdout'}`]: joined(
          output.text
        ).slice(0, MOST_CHARS)
      };
    case 'error':
      return {
        [`${ANSI}stderr`]: (Array.isArray(output.traceback)
          ? output.traceback.filter(each => typeof each === 'string').join('\n')
          : joined(output.evalue)
        ).slice(0, MOST_CHARS)
      };
    default:
      return isObject(output.data) ? output.data : {};
  }
}

type OutputsProps = {
  outputs: readonly PartialJSONObject[];
  rendermime: IRenderMimeRegistry;
  trans: TranslationBundle;
};

/** Outputs of the past: never trusted, whoever made them. */
export function Outputs(props: OutputsProps): JSX.Element {
  const { outputs, trans } = props;
  return outputs.length === 0 ? (
    <p className="jp-Commons-hint">{trans.__('No outputs')}</p>
  ) : (
    <div className="jp-Commons-GitOutputs">
      {outputs.map((output, number) => (
        <Output key={number} {...props} output={output} />
      ))}
    </div>
  );
}

function Output(
  props: Omit<OutputsProps, 'outputs'> & { output: PartialJSONObject }
): JSX.Element {
  const { output, rendermime, trans } = props;
  const data = mimeBundle(output);
  const mime = rendermime.preferredMimeType(data as never, 'ensure');
  if (SVG in data && (mime === undefined || mime.startsWith('text/'))) {
    // In an image its scripts do not run.
    return (
      <img
        alt={trans.__('Image')}
        src={`data:${SVG};charset=utf-8,${encodeURIComponent(joined(data[SVG]))}`}
      />
    );
  }
  return mime === undefined ? (
    <p className="jp-Commons-hint">
      {trans.__(
        'An output of the kind %1 is not shown: code from history does not run.',
        shortName(Object.keys(data).join(', ') || '?')
      )}
    </p>
  ) : (
    <Rendered {...{ data, mime, output, rendermime, trans }} />
  );
}

/** What a renderer of JupyterLab makes of it, sanitised. */
export function Rendered(props: {
  data: PartialJSONObject;
  mime: string;
  output?: PartialJSONObject;
  rendermime: IRenderMimeRegistry;
  trans: TranslationBundle;
}): JSX.Element {
  const { data, mime, output, rendermime, trans } = props;
  const host = React.useRef<HTMLDivElement>(null);
  const [failed, setFailed] = React.useState(false);
  // Ends before its node leaves the page, as a widget must.
  React.useLayoutEffect(() => {
    if (host.current === null) {
      return;
    }
    const renderer = rendermime.createRenderer(mime);
    if (host.current.isConnected) {
      Widget.attach(renderer, host.current);
    } else {
      host.current.append(renderer.node);
    }
    const metadata = isObject(output?.metadata) ? output.metadata : {};
    renderer
      .renderModel(
        new MimeModel({
          data: data as never,
          metadata: metadata as never,
          trusted: false
        })
      )
      .then(() => {
        renderer.node
          .querySelectorAll('img:not([alt])')
          .forEach(each => each.setAttribute('alt', trans.__('Image')));
      })
      .catch(() => setFailed(true));
    return () => renderer.dispose();
    // The data of one output never changes; drawing it again would flicker.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  return failed ? (
    <p className="jp-Commons-problem">
      {trans.__('This output cannot be drawn.')}
    </p>
  ) : (
    <div ref={host} className="jp-Commons-GitOutput" />
  );
}
