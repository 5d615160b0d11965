// The view of runs: a tree of runs, waves and tasks, with filters, marks for what is new, and a badge.

import * as vscode from 'vscode';
import { choiceOf, groupOf, isLost, keyOf, lines, RunRows, Runs, tasksOf, time, variantsOf, wavesOf, words, type Filter, type Row, type Run, type StateGroup, type Task } from './model.ts';

/** The scheme under which rows are decorated. */
const SCHEME = 'segue-run';

const ICONS: Record<string, [string, string?]> = {
  'needs-you': ['bell-dot', 'notificationsWarningIcon.foreground'],
  planning: ['loading~spin'],
  working: ['loading~spin'],
  queued: ['circle-outline'],
  interrupted: ['debug-pause', 'editorWarning.foreground'],
  complete: ['pass', 'testing.iconPassed'],
  done: ['pass', 'testing.iconPassed'],
  'done-unproved': ['question', 'editorWarning.foreground'],
  'waits-to-be-merged': ['git-merge'],
  'waits-for-another-plan': ['edit'],
  'waits-for-a-choice': ['git-compare', 'notificationsWarningIcon.foreground'],
  holds: ['pass'],
  chosen: ['pass-filled', 'testing.iconPassed'],
  'not-chosen': ['circle-slash'],
  failed: ['error', 'testing.iconFailed'],
  rejected: ['error', 'testing.iconFailed'],
  abstained: ['question', 'editorWarning.foreground'],
  escalated: ['warning', 'editorWarning.foreground'],
  skipped: ['debug-step-over'],
  cancelled: ['circle-slash'],
};

const GROUPS: [StateGroup, string][] = [
  ['needs-you', 'waits for you'],
  ['going-on', 'going on'],
  ['stopped', 'stopped: failed, interrupted, cancelled'],
  ['complete', 'complete'],
  ['unread', 'changed since you looked'],
];

/** The tree. */
export class RunsView implements vscode.TreeDataProvider<Row>, vscode.FileDecorationProvider, vscode.Disposable {
  readonly tree: vscode.TreeView<Row>;
  private readonly changed = new vscode.EventEmitter<Row | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly decorated = new vscode.EventEmitter<vscode.Uri[] | undefined>();
  readonly onDidChangeFileDecorations = this.decorated.event;
  private filter: Filter = { states: [], text: '' };
  private readonly owned: vscode.Disposable[] = [this.changed, this.decorated];
  readonly runs: Runs;
  private readonly rows = new RunRows();
  /** What is selected. The tree's own is empty while it is drawn anew. */
  selection: readonly Row[] = [];
  private readonly memory: vscode.Memento;

  constructor(memory: vscode.Memento) {
    this.memory = memory;
    this.runs = new Runs(memory.get('segue.runs.seen', {}));
    this.tree = vscode.window.createTreeView<Row>('segue.runs', { treeDataProvider: this, canSelectMany: true, showCollapseAll: true });
    this.owned.push(
      this.tree,
      vscode.window.registerFileDecorationProvider(this),
      this.tree.onDidChangeSelection(({ selection }) => {
        this.selection = selection;
        this.look(selection);
      }),
    );
  }

  /** Draws anew what changed; everything where that is not told, or where the runs to show are others than before. */
  refresh(changed?: readonly Run[]): void {
    // While everything is drawn anew no row stands for anything: menus and selections would be lost at each step of a run.
    const rows = changed && this.rows.changed(this.runs.shown(this.filter), changed);
    for (const row of rows ?? [undefined]) this.changed.fire(row);
    this.decorated.fire(changed?.map(addressOf));
    const calling = this.runs.calling;
    this.tree.badge = calling === 0 ? undefined : { value: calling, tooltip: calling === 1 ? '1 run needs you' : `${calling} runs need you` };
  }

  getChildren(row?: Row): Row[] {
    if (!row) return this.rows.draw(this.runs.shown(this.filter));
    const { run } = row;
    if (row.kind === 'run') {
      const waves = wavesOf(run);
      // One wave needs no name.
      return waves.length === 1 ? this.tasks(run, waves[0]) : waves.map((wave): Row => ({ kind: 'wave', run, wave }));
    }
    return row.kind === 'wave' ? this.tasks(run, row.wave) : variantsOf(run, row.task).map((task): Row => ({ kind: 'task', run, task }));
  }

  private tasks(run: Run, wave: number | undefined): Row[] {
    return tasksOf(run, wave).map((task): Row => ({ kind: 'task', run, task }));
  }

  getTreeItem(row: Row): vscode.TreeItem {
    switch (row.kind) {
      case 'run': return this.runItem(row.run);
      case 'wave': return waveItem(row.run, row.wave);
      case 'task': return taskItem(row.run, row.task);
    }
  }

  private runItem(run: Run): vscode.TreeItem {
    const open = groupOf(run.state) !== 'complete';
    const item = new vscode.TreeItem(run.title, open ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.Collapsed);
    item.id = keyOf(run);
    const parts = [words(run.state), `${run.done}/${tasksOf(run).length}`, lines(run), time(run.milliseconds), run.run];
    item.description = parts.filter(Boolean).join(' · ');
    item.iconPath = icon(run.state);
    item.resourceUri = addressOf(run);
    item.contextValue = ['run', run.state, run.over ? 'over' : 'open', run.alive ? 'alive' : 'asleep',
      tasksOf(run).some(isLost) ? 'lost' : '', run.gates.length > 0 ? 'gate' : '', run.questions.some((own) => !own.choice) ? 'question' : '',
      run.questions.some((own) => own.choice) ? 'choice' : '', run.tasks.some((task) => task.variant_of !== null) ? 'variants' : '',
      run.lessons > 0 ? 'lessons' : ''].join(' ');
    item.tooltip = new vscode.MarkdownString()
      .appendMarkdown('**').appendText(run.title).appendMarkdown(`** · ${words(run.state)}\n\n`)
      .appendText(run.plan).appendMarkdown(`\n\nbegun ${run.begun}`);
    for (const call of [...run.gates, ...run.questions]) item.tooltip.appendMarkdown('\n\n---\n\n').appendText(call.text);
    item.accessibilityInformation = { label: `run ${run.title}, ${item.description}${this.runs.isUnread(run) ? ', changed' : ''}` };
    return item;
  }

  provideFileDecoration(uri: vscode.Uri): vscode.FileDecoration | undefined {
    if (uri.scheme !== SCHEME) return undefined;
    const run = this.runs.get(keyOf({ run: uri.path.slice(1), folder: uri.query }));
    return run && this.runs.isUnread(run) ? { badge: '●', tooltip: 'changed since you looked', color: new vscode.ThemeColor('list.highlightForeground') } : undefined;
  }

  /** What is selected was looked at. */
  private look(rows: readonly Row[]): void {
    const unread = this.fresh(rows).map((row) => row.run).filter((run) => this.runs.isUnread(run));
    if (unread.length === 0) return;
    unread.forEach((run) => this.runs.read(run));
    this.remember(unread);
  }

  /** Rows with what is known of their runs by now; those of runs that are gone fall away. */
  fresh(rows: readonly Row[]): Row[] {
    return rows.flatMap((row): Row[] => {
      const run = this.runs.get(keyOf(row.run));
      const task = row.kind === 'task' ? run?.tasks.find((own) => own.id === row.task.id) : undefined;
      if (!run) return [];
      if (row.kind === 'task') return task ? [{ kind: 'task', run, task }] : [];
      return [{ ...row, run }];
    });
  }

  readAll(): void {
    this.runs.readAll();
    this.remember();
  }

  private remember(read?: readonly Run[]): void {
    this.refresh(read);
    void this.memory.update('segue.runs.seen', this.runs.remembered());
  }

  /** Asks which runs shall be shown. */
  async chooseFilter(): Promise<void> {
    const items = GROUPS.map(([group, label]) => ({ group, label, picked: this.filter.states.includes(group) }));
    const choice = await vscode.window.showQuickPick(items, { title: 'Runs to show', canPickMany: true, placeHolder: 'None chosen: all' });
    if (!choice) return;
    const text = await vscode.window.showInputBox({ title: 'Runs to show', prompt: 'What title, plan or name have in them; nothing for all', value: this.filter.text });
    if (text === undefined) return;
    this.filter = { states: choice.map((item) => item.group), text };
    const told = [...choice.map((item) => item.label), ...(text ? [`“${text}”`] : [])];
    this.tree.message = told.length === 0 ? undefined : `Shown: ${told.join(', ')}`;
    await vscode.commands.executeCommand('setContext', 'segue.runs.filtered', told.length > 0);
    this.refresh();
  }

  clearFilter(): void {
    this.filter = { states: [], text: '' };
    this.tree.message = undefined;
    void vscode.commands.executeCommand('setContext', 'segue.runs.filtered', false);
    this.refresh();
  }

  dispose(): void {
    this.owned.forEach((own) => own.dispose());
  }
}

/** What the decoration of a run is known by. */
function addressOf(run: Run): vscode.Uri {
  // A query, or the address of the folder would be taken for a path.
  return vscode.Uri.from({ scheme: SCHEME, path: `/${run.run}`, query: run.folder });
}

function icon(state: string): vscode.ThemeIcon {
  const [id, colour] = ICONS[state] ?? ['circle-outline'];
  return new vscode.ThemeIcon(id, colour ? new vscode.ThemeColor(colour) : undefined);
}

function waveItem(run: Run, wave: number): vscode.TreeItem {
  const tasks = tasksOf(run, wave);
  const done = tasks.filter((task) => task.state.startsWith('done')).length;
  const lost = tasks.some(isLost) ? 'lost' : '';
  const item = new vscode.TreeItem(`Wave ${wave}`, done === tasks.length ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.Expanded);
  item.id = `${keyOf(run)}/wave ${wave}`;
  item.description = `${done}/${tasks.length}`;
  item.contextValue = `wave ${run.over ? 'over' : 'open'} ${lost}`;
  return item;
}

function taskItem(run: Run, task: Task): vscode.TreeItem {
  const { Expanded, None } = vscode.TreeItemCollapsibleState;
  // A variant has the title of its task.
  const item = new vscode.TreeItem((task.variant_of === null && task.title) || task.id, task.variants.length > 0 ? Expanded : None);
  item.id = `${keyOf(run)}/task ${task.id}`;
  const tries = task.attempts > 1 ? `attempt ${task.attempts}` : '';
  item.description = [words(task.state), lines(task), task.milliseconds > 0 ? time(task.milliseconds) : '', tries, task.variant_of === null ? task.id : task.agent].filter(Boolean).join(' · ');
  item.iconPath = icon(task.state);
  item.contextValue = ['task', task.state, run.over ? 'over' : 'open', isLost(task) ? 'lost' : '', task.worktree ? 'worktree' : '',
    run.gates.some((gate) => gate.task === task.id) ? 'gate' : '', run.questions.some((own) => own.task === task.id && !own.choice) ? 'question' : '',
    task.variants.length > 0 || task.variant_of !== null ? 'variants' : '', choiceOf(run, task) && (task.variant_of === null || task.state === 'holds') ? 'choice' : ''].join(' ');
  item.tooltip = [task.title, task.agent && `by ${task.agent}`, ...task.files].filter(Boolean).join('\n');
  item.command = { command: 'segue.runs.logs', title: 'Show Log', arguments: [{ kind: 'task', run, task } satisfies Row] };
  item.accessibilityInformation = { label: `task ${task.title || task.id}, ${item.description}` };
  return item;
}
