import { Notification } from '@jupyterlab/apputils';
import { keepCheckpoint } from '../../../git/commit/checkpoint';
import type { RestoreParts } from '../../../git/diff/restore-file';
import { trans } from '../../ui/fakes';
import { FakeFiles } from '../diff/fake-files';

/** JupyterLab cuts what is longer. */
const NOTICE_CHARS = 140;

afterEach(() => Notification.dismiss());

it('A checkpoint of a file with a long name says where it is found, uncut', async () => {
  const shell = { widgets: () => [].values(), currentWidget: null };
  const parts = {
    app: { shell, serviceManager: { contents: {} } },
    files: new FakeFiles(),
    trans
  } as unknown as RestoreParts;
  const path = `${'Long name '.repeat(7)}03.ipynb`;
  await keepCheckpoint(parts, { repo: 'work', path });
  const said = Notification.manager.notifications.map(each => each.message);
  expect(said).toHaveLength(1);
  expect(said[0]!.length).toBeLessThanOrEqual(NOTICE_CHARS);
  expect(said[0]).toMatch(/^Long name .*… name 03\.ipynb is kept as version /);
  expect(said[0]).toMatch(/Find it under Checkpoints in the panel History\.$/);
});
