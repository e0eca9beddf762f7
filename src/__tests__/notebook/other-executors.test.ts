import { warnOfOthers } from '../../notebook/other-executors';

const OWN = 'jupyterlab-commons:executor';

function warnings(...ids: string[]): string[] {
  const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  warnOfOthers({ listPlugins: () => [OWN, ...ids] }, OWN);
  const said = warn.mock.calls.map(([text]) => String(text));
  warn.mockRestore();
  return said;
}

describe('other extensions that run cells', () => {
  it.each([
    '@jupyterlab/notebook-extension:cell-executor',
    '@jupyter/docprovider-extension:notebook-cell-executor',
    '@datalayer/jupyter-server-nbmodel:notebook-cell-executor',
    '@jupyter/server-documents:cell-executor'
  ])('%s: one sentence says what to disable', id => {
    expect(warnings('@jupyterlab/notebook-extension:tracker', id)).toEqual([
      expect.stringContaining(`jupyter labextension disable "${id}"`)
    ]);
  });

  it('several of them are told in one warning', () => {
    expect(warnings('a:cell-executor', 'b:cell-executor')).toHaveLength(1);
  });

  it('none: nothing is said', () => {
    expect(
      warnings(
        '@jupyterlab/notebook-extension:tracker',
        '@jupyterlab/console-extension:cell-executor'
      )
    ).toEqual([]);
  });
});
