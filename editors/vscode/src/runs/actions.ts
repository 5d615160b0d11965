// What can be done to runs and tasks: to one, or to all that are selected.

import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { execute } from '../execute.ts';
import { complain } from '../failure.ts';
import type { Documents } from './documents.ts';
import { answerFor, choiceOf, comparedBy, keyOf, runsOf, targetsOf, words, type Question, type Row, type Run, type Target } from './model.ts';
import type { RunsView } from './view.ts';

type Verb = 'approve' | 'reject' | 'answer' | 'retry' | 'resume' | 'cancel' | 'merge' | 'discard' | 'archive' | 'export';

interface Outcome {
  run: string;
  task?: string;
  done: boolean;
  text: string;
  branch?: string;
  commit?: string;
  lost?: string[];
}

/** Carries verbs out. */
export class Actions {
  private readonly view: RunsView;
  private readonly documents: Documents;
  private readonly client: () => Promise<LanguageClient | undefined>;

  constructor(view: RunsView, documents: Documents, client: () => Promise<LanguageClient | undefined>) {
    this.view = view;
    this.documents = documents;
    this.client = client;
  }

  register(): vscode.Disposable[] {
    const each = (name: string, act: (rows: Row[]) => Promise<unknown>, fits: (run: Run) => boolean = () => true) =>
      vscode.commands.registerCommand(`segue.runs.${name}`, async (...own: [row?: Row, selected?: Row[]]) => {
        const [row, selected] = own;
        if (own.length > 0 && !row) {
          // A row that is drawn anew at this moment stands for nothing; the selection may be another.
          void vscode.window.showInformationMessage('What was chosen changed just now. Please choose again.');
          return;
        }
        const rows = this.view.fresh(selected?.length ? selected : row ? [row] : this.view.selection);
        await act(rows.length > 0 ? rows : await this.choose(fits));
      });
    const plain = (verb: Verb) => each(verb, (rows) => this.to(verb, targetsOf(rows)));
    return [
      each('approve', (rows) => this.gates('approve', rows), (run) => run.gates.length > 0),
      each('reject', (rows) => this.gates('reject', rows), (run) => run.gates.length > 0),
      each('answer', (rows) => this.answer(rows), (run) => run.questions.length > 0),
      each('choose', (rows) => this.chooseVariant(rows), (run) => run.questions.some((own) => own.choice)),
      each('compare', (rows) => this.compare(rows), (run) => run.tasks.some((task) => task.variant_of !== null)),
      each('lessons', (rows) => this.lessons(rows), (run) => run.lessons > 0),
      plain('retry'),
      each('resume', (rows) => this.to('resume', targetsOf(runRows(rows)))),
      each('cancel', (rows) => this.cancel(rows)),
      each('merge', (rows) => this.to('merge', targetsOf(runRows(rows)))),
      each('discard', (rows) => this.discard(rows)),
      each('archive', (rows) => this.to('archive', targetsOf(runRows(rows)))),
      each('export', (rows) => this.to('export', targetsOf(runRows(rows)))),
      each('logs', (rows) => this.all(targetsOf(rows), (target, alone) => this.documents.showLog(target, alone))),
      each('diff', (rows) => this.all(targetsOf(rows), (target, alone) => this.documents.showDiff(target, alone))),
      each('openWorktree', (rows) => this.openWorktree(rows)),
      each('openPlan', async (rows) => {
        for (const run of runsOf(rows)) if (run.uri) await vscode.commands.executeCommand('vscode.open', vscode.Uri.parse(run.uri));
      }),
      vscode.commands.registerCommand('segue.runs.readAll', () => this.view.readAll()),
      vscode.commands.registerCommand('segue.runs.filter', () => this.view.chooseFilter()),
      vscode.commands.registerCommand('segue.runs.clearFilter', () => this.view.clearFilter()),
      vscode.commands.registerCommand('segue.runs.rehearse', () => this.begin('segue.rehearse')),
      vscode.commands.registerCommand('segue.runs.launch', () => this.begin('segue.launch')),
      vscode.commands.registerCommand('segue.runs.launchVariants', (row?: Row) => this.launchVariants(row)),
    ];
  }

  /** Asks which runs are meant, where none is selected. */
  private async choose(fits: (run: Run) => boolean): Promise<Row[]> {
    const runs = this.view.runs.shown({ states: [], text: '' }).filter(fits);
    if (runs.length === 0) void vscode.window.showInformationMessage('There is no run for that.');
    if (runs.length === 0) return [];
    const items = runs.map((run) => ({ label: run.title, description: `${words(run.state)} · ${run.run}`, picked: runs.length === 1, run }));
    const choice = await vscode.window.showQuickPick(items, { title: 'Which runs?', canPickMany: true });
    return (choice ?? []).map(({ run }): Row => ({ kind: 'run', run }));
  }

  private async all(targets: Target[], act: (target: Target, alone: boolean) => Promise<void>): Promise<void> {
    try {
      for (const target of targets) await act(target, targets.length === 1);
    } catch (failure) {
      complain(failure);
    }
  }

  /** Does a verb to targets, and tells what came of it. */
  async to(verb: Verb, to: Target[], more: Record<string, unknown> = {}): Promise<Outcome[]> {
    const client = await this.client();
    if (!client || to.length === 0) return [];
    let outcomes: Outcome[];
    try {
      ({ outcomes } = await client.sendRequest<{ outcomes: Outcome[] }>('segue/runs/do', { verb, to, ...more }));
    } catch (failure) {
      complain(failure);
      return [];
    }
    for (const outcome of outcomes) {
      const name = outcome.task ? `${outcome.run}/${outcome.task}` : outcome.run;
      if (outcome.lost?.length) continue;
      if (!outcome.done) void vscode.window.showWarningMessage(`${name}: ${outcome.text}`);
      else if (verb === 'export') await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: 'markdown', content: outcome.text }));
      else vscode.window.setStatusBarMessage(`${name}: ${outcome.branch ? `merged into ${outcome.branch}` : outcome.text}`, 5_000);
    }
    return outcomes;
  }

  private async gates(verb: 'approve' | 'reject', rows: Row[]): Promise<void> {
    const to = runsOf(rows).flatMap((run) => gatesOf(run, rows).map((gate) => ({ run: run.run, folder: run.folder, gate })));
    if (rows.length === 0) return;
    if (to.length === 0) {
      void vscode.window.showInformationMessage('Nothing there waits for approval.');
      return;
    }
    // A note goes to the tasks that follow; a refusal should say why.
    const note = verb === 'reject' ? await vscode.window.showInputBox({ title: 'Reject', prompt: 'Why? What you write joins the task cards.' }) : '';
    if (note !== undefined) await this.to(verb, to, note ? { note } : {});
  }

  private async answer(rows: Row[]): Promise<void> {
    const tasks = rows.flatMap((row) => (row.kind === 'task' ? [row.task.id] : []));
    for (const run of runsOf(rows)) {
      for (const question of run.questions.filter((own) => tasks.length === 0 || (own.task !== null && tasks.includes(own.task)))) {
        const answer = await ask(run, question);
        if (answer === undefined) return;
        await this.to('answer', [{ run: run.run, folder: run.folder, question: question.question }], { answer });
      }
    }
  }

  /** Takes a variant: the one that is selected, else one that is asked for. */
  private async chooseVariant(rows: Row[]): Promise<void> {
    if (rows.length === 0) return;
    let none = true;
    for (const { run, question, answer } of choices(rows)) {
      none = false;
      const chosen = answer ?? (await ask(run, question));
      if (chosen === undefined) return;
      await this.to('answer', [{ run: run.run, folder: run.folder, question: question.question }], { answer: chosen });
    }
    if (none) void vscode.window.showInformationMessage('Nothing there waits for a choice among variants.');
  }

  /** Shows the variants of tasks beside each other. */
  private async compare(rows: Row[]): Promise<void> {
    const targets = comparedBy(rows);
    if (targets.length === 0 && rows.length > 0) void vscode.window.showInformationMessage('Nothing there is tried in variants.');
    const client = targets.length > 0 && (await this.client());
    if (!client) return;
    for (const target of targets) await execute(client, 'segue.showRun', target);
  }

  /** Proposes what the agents of runs learnt for the files that their plans link. */
  private async lessons(rows: Row[]): Promise<void> {
    const client = rows.length > 0 && (await this.client());
    if (!client) return;
    for (const { run, folder } of runsOf(rows)) await execute(client, 'segue.lessons', { run, folder });
  }

  /** Launches a task of the view, or what the active editor has, in variants. */
  private async launchVariants(row: Row | undefined): Promise<void> {
    if (row?.kind !== 'task' || row.run.uri === null) return this.begin('segue.launchVariants');
    const client = await this.client();
    if (client) await execute(client, 'segue.launchVariants', { uri: row.run.uri, tasks: [row.task.variant_of ?? row.task.id] });
  }

  private async cancel(rows: Row[]): Promise<void> {
    const targets = targetsOf(rows);
    if (targets.length === 0) return;
    const cancel = 'Cancel Them';
    const sure = targets.length === 1 || (await vscode.window.showWarningMessage(`Cancel ${targets.length} runs or tasks?`, { modal: true }, cancel)) === cancel;
    if (sure) await this.to('cancel', targets);
  }

  private async discard(rows: Row[]): Promise<void> {
    const targets = targetsOf(runRows(rows));
    const outcomes = await this.to('discard', targets);
    const lossy = outcomes.filter((outcome) => outcome.lost?.length);
    if (lossy.length === 0) return;
    const discard = 'Discard';
    const detail = lossy.flatMap((outcome) => outcome.lost ?? []).join('\n');
    if ((await vscode.window.showWarningMessage('This work would be lost.', { modal: true, detail }, discard)) !== discard) return;
    const names = new Set(lossy.map((outcome) => outcome.run));
    await this.to('discard', targets.filter((target) => names.has(target.run)), { yes: true });
  }

  private async openWorktree(rows: Row[]): Promise<void> {
    if (rows.length === 0) return;
    const tasks = rows.flatMap((row) => (row.kind === 'task' ? [row.task] : row.kind === 'wave' ? row.run.tasks.filter((task) => task.wave === row.wave) : row.run.tasks));
    const places = await Promise.all(tasks.map(async (task) => ((await isThere(task.worktree)) ? [{ label: task.title || task.id, description: task.worktree ?? '' }] : [])));
    const items = places.flat();
    if (items.length === 0) void vscode.window.showInformationMessage('There is no worktree: not yet, or not any more.');
    const choice = items.length > 1 ? await vscode.window.showQuickPick(items, { title: 'Open a worktree' }) : items[0];
    if (choice) await vscode.commands.executeCommand('vscode.openFolder', vscode.Uri.file(choice.description), { forceNewWindow: true });
  }

  /** Launches or rehearses the plan in the active editor. */
  private async begin(command: string): Promise<void> {
    const document = vscode.window.activeTextEditor?.document;
    const client = document && (await this.client());
    if (!client) {
      if (!document) void vscode.window.showInformationMessage('Open a specification, a plan or a prompt first.');
      return;
    }
    // A run is of what lies on the disk.
    if (document.isDirty && !(await document.save())) return;
    await execute(client, command, { uri: client.code2ProtocolConverter.asUri(document.uri) });
  }
}

async function isThere(path: string | null): Promise<boolean> {
  if (path === null) return false;
  return vscode.workspace.fs.stat(vscode.Uri.file(path)).then(() => true, () => false);
}

/** What is done to runs is done to those of the tasks that are selected. */
function runRows(rows: Row[]): Row[] {
  return runsOf(rows).map((run): Row => ({ kind: 'run', run }));
}

/** The choices among variants that rows are about, each once; answered already where a variant itself is selected. */
function choices(rows: Row[]): { run: Run; question: Question; answer?: string }[] {
  const found = new Map<string, { run: Run; question: Question; answer?: string }>();
  for (const row of rows) {
    const open = row.run.questions.filter((own) => own.choice);
    const questions = row.kind === 'task' ? open.filter((own) => own === choiceOf(row.run, row.task)) : open;
    for (const question of questions) {
      const key = `${keyOf(row.run)}/${question.question}`;
      // Of two variants that are selected neither is meant.
      const answer = row.kind === 'task' && !found.has(key) ? answerFor(question, row.task) : undefined;
      found.set(key, { run: row.run, question, ...(answer !== undefined && { answer }) });
    }
  }
  return [...found.values()];
}

/** The open gates of a run that rows are about: of a task its own. */
function gatesOf(run: Run, rows: Row[]): number[] {
  const own = rows.filter((row) => keyOf(row.run) === keyOf(run));
  const tasks = own.flatMap((row) => (row.kind === 'task' ? [row.task.id] : []));
  const whole = own.some((row) => row.kind !== 'task');
  return run.gates.filter((gate) => whole || gate.task === null || tasks.includes(gate.task)).map((gate) => gate.gate);
}

/** Asks a person; the answer, or nothing where they turned away. An option is answered by its number. */
export async function ask(run: Run, question: Question): Promise<string | undefined> {
  const title = question.task ? `${run.title}: ${question.task}` : run.title;
  if (question.options.length === 0) return vscode.window.showInputBox({ title, prompt: question.text, ignoreFocusOut: true });
  const items = question.options.map((label, at) => ({ label, answer: String(at + 1), description: label === question.recommendation ? 'recommended' : '' }));
  const other = { label: 'Something else…', answer: '', description: '' };
  const choice = await vscode.window.showQuickPick(question.choice ? items : [...items, other], { title, placeHolder: question.text, ignoreFocusOut: true });
  if (choice !== other) return choice?.answer;
  return vscode.window.showInputBox({ title, prompt: question.text, ignoreFocusOut: true });
}
