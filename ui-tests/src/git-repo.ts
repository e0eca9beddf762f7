import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Name, TestHub } from './hub.ts';

const START = 1_700_000_000;
const MINUTE = 60;
const PEOPLE = ['Ana <ana@example.org>', 'Bo <bo@example.org>'];

/** A real repository in somebody's home, and the verbs that a story needs. */
export class GitRepo {
  private _minutes = 0;

  private constructor(private readonly _top: string) {}

  static make(hub: TestHub, name: Name, path: string): GitRepo {
    const top = hub.home(name, path);
    mkdirSync(top, { recursive: true });
    const repo = new GitRepo(top);
    repo.git('init', '-q', '-b', 'main');
    return repo;
  }

  git(...args: string[]): string {
    return this._run(args);
  }

  write(path: string, content: string): void {
    const file = join(this._top, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }

  /** Everything as it lies; each commit is a minute after the one before. */
  commit(message: string, files: Record<string, string> = {}): string {
    for (const [path, content] of Object.entries(files)) {
      this.write(path, content);
    }
    this.git('add', '-A');
    this.git('commit', '-q', '--allow-empty', '-m', message);
    return this.git('rev-parse', 'HEAD').trim();
  }

  /**
   * Thousands of commits in one go: three branches that are merged over and
   * over, a file that is renamed half-way, and tags.
   */
  importMany(count: number): void {
    const lines: string[] = [];
    const add = (mark: number, branch: string, from: string[], work: string) =>
      lines.push(
        `commit refs/heads/${branch}\nmark :${mark}`,
        `committer ${PEOPLE[mark % 2]} ${START + mark * MINUTE} +0000`,
        data(`Step ${mark} of ${branch}`),
        ...from,
        work
      );
    const fork = ['plots', 'tables'];
    const tips: Record<string, number> = {};
    for (let mark = 1; mark <= count; mark++) {
      const branch = mark % 3 === 0 ? fork[(mark / 3) % 2]! : 'main';
      const merged =
        mark % 10 === 0 && branch === 'main' ? fork[(mark / 10) % 2]! : '';
      const first = tips[branch] ?? tips['main'];
      const from = [
        ...(first === undefined ? [] : [`from :${first}`]),
        ...(merged === '' || !tips[merged] ? [] : [`merge :${tips[merged]}`])
      ];
      add(mark, branch, from, workOf(mark, branch, count));
      tips[branch] = mark;
      if (mark % 100 === 0) {
        lines.push(`reset refs/tags/v${mark / 100}`, `from :${mark}`, '');
      }
    }
    this._run(['fast-import', '--quiet'], `${lines.join('\n')}\n`);
    this.git('reset', '-q', '--hard', 'main');
  }

  private _run(args: string[], input?: string): string {
    const date = `${START + ++this._minutes * MINUTE} +0000`;
    return execFileSync('git', ['-C', this._top, ...args], {
      encoding: 'utf8',
      input,
      stdio: ['pipe', 'pipe', 'inherit'],
      env: {
        ...process.env,
        // Never the repository that these tests lie in.
        GIT_CEILING_DIRECTORIES: dirname(this._top),
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_AUTHOR_NAME: 'Ana',
        GIT_AUTHOR_EMAIL: 'ana@example.org',
        GIT_AUTHOR_DATE: date,
        GIT_COMMITTER_NAME: 'Bo',
        GIT_COMMITTER_EMAIL: 'bo@example.org',
        GIT_COMMITTER_DATE: date
      }
    });
  }
}

const data = (text: string): string =>
  `data ${Buffer.byteLength(text)}\n${text}`;

/** Every fifth step of main changes the notebook, which gets its name half-way. */
function workOf(mark: number, branch: string, count: number): string {
  const half = Math.floor(count / 2) - (Math.floor(count / 2) % 5) + 1;
  const isNotebook = branch === 'main' && (mark % 5 === 0 || mark === 1);
  const name = mark > half ? 'Study.ipynb' : 'draft.ipynb';
  const work = isNotebook
    ? [`M 100644 inline ${name}`, data(notebook(mark))]
    : [`M 100644 inline ${branch}/part-${mark % 40}.py`, data(`x = ${mark}\n`)];
  const rename = mark === half ? ['R draft.ipynb Study.ipynb'] : [];
  return [...rename, ...(mark === half ? [] : work), ''].join('\n');
}

function notebook(step: number): string {
  const source = `for step in range(${step}):\n    print(step)`;
  const cells = [
    {
      cell_type: 'code',
      id: 'first',
      metadata: {},
      source,
      execution_count: null,
      outputs: []
    }
  ];
  // Without a kernel JupyterLab would ask for one in front of everything.
  const metadata = {
    kernelspec: {
      name: 'python3',
      display_name: 'Python 3',
      language: 'python'
    }
  };
  const whole = { cells, metadata, nbformat: 4, nbformat_minor: 5 };
  return JSON.stringify(whole, null, 1);
}
