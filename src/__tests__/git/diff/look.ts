import {
  EditorLanguageRegistry,
  type IEditorLanguageRegistry
} from '@jupyterlab/codemirror';
import {
  RenderMimeRegistry,
  standardRendererFactories
} from '@jupyterlab/rendermime';
import { trans } from '../../ui/fakes';

/** What views are drawn with: JupyterLab's own renderers, no languages. */
export const look = {
  rendermime: new RenderMimeRegistry({
    initialFactories: standardRendererFactories
  }),
  languages: new EditorLanguageRegistry() as IEditorLanguageRegistry,
  trans,
  layout: 'split' as const,
  language: 'python'
};

// Everything counts as near: nothing here has a place on a screen.
Reflect.deleteProperty(globalThis, 'IntersectionObserver');
