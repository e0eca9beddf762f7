import { readFileSync } from 'fs';
import git from '../../git/plugin';
import sessions from '../../sessions/plugin';
import sharing from '../../sharing/plugin';
import usage from '../../usage/plugin';

type Entry = { command?: string; name?: string };
type Schema = {
  description: string;
  properties: Record<string, { description?: string }>;
  'jupyter.lab.toolbars'?: Record<string, Entry[]>;
  'jupyter.lab.shortcuts'?: Entry[];
  'jupyter.lab.menus'?: { main?: { items: Entry[] }[]; context?: Entry[] };
};

const read = (id: string): Schema =>
  JSON.parse(readFileSync(`schema/${id.split(':')[1]}.json`, 'utf8'));

/** Every command that a settings file puts into a menu, a toolbar or under a key. */
function commandsOf(schema: Schema): string[] {
  const menus = schema['jupyter.lab.menus'];
  return [
    ...Object.values(schema['jupyter.lab.toolbars'] ?? {}).flat(),
    ...(menus?.main ?? []).flatMap(each => each.items),
    ...(menus?.context ?? []),
    ...(schema['jupyter.lab.shortcuts'] ?? [])
  ].flatMap(each => each.command ?? []);
}

describe('Plugins and their settings files', () => {
  /** Those that a person can set. */
  const plugins = [...sharing, ...sessions, ...usage, ...git];

  it('have the ids and files that belong together', () => {
    expect(plugins.map(each => each.id)).toEqual([
      'jupyterlab-commons:sharing',
      'jupyterlab-commons:sessions',
      'jupyterlab-commons:notebook-status',
      'jupyterlab-commons:usage',
      'jupyterlab-commons:git'
    ]);
    for (const { id, description } of plugins) {
      expect(description).toBeTruthy();
      expect(read(id).description).toBeTruthy();
    }
  });

  it('name only commands that there are', () => {
    const known = [
      'commons:share',
      'commons:show-documents',
      'commons:show-resources',
      'commons:show-gpus',
      'commons:quota',
      'commons:show-history',
      'commons:git-checkpoint'
    ];
    for (const { id } of plugins) {
      for (const command of commandsOf(read(id))) {
        expect(known).toContain(command);
      }
    }
  });

  it('put the same items into the toolbars of notebooks and text files', () => {
    for (const { id } of plugins) {
      const { Notebook, Editor } = read(id)['jupyter.lab.toolbars'] ?? {};
      expect(Notebook).toEqual(Editor);
    }
  });

  it('describe every setting', () => {
    for (const { id } of plugins) {
      for (const setting of Object.values(read(id).properties)) {
        expect(setting.description).toBeTruthy();
      }
    }
  });
});
