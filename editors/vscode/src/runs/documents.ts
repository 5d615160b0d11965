// What a run says and changes, as read-only documents: a log grows while it is open.

import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { wordsOf } from '../failure.ts';
import type { Target } from './model.ts';

const SCHEME = 'segue-log';

interface Portion {
  lines: string[];
  next: unknown;
  over: boolean;
}

/** A log that is open. */
interface Log {
  text: string;
  /** Where it goes on: `next` of the last portion. */
  from: unknown;
  /** Whether what comes is waited for. */
  follows: boolean;
  stop: vscode.CancellationTokenSource;
}

/** The documents of runs. */
export class Documents implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly logs = new Map<string, Log>();
  private readonly diffs = new Map<string, string>();
  private readonly owned: vscode.Disposable[];
  private readonly client: () => LanguageClient | undefined;

  constructor(client: () => LanguageClient | undefined) {
    this.client = client;
    this.owned = [
      this.changed,
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.workspace.onDidCloseTextDocument((document) => {
        if (document.uri.scheme !== SCHEME) return;
        this.logs.get(document.uri.toString())?.stop.cancel();
        this.logs.delete(document.uri.toString());
        this.diffs.delete(document.uri.toString());
      }),
    ];
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    const key = uri.toString();
    return this.logs.get(key)?.text ?? this.diffs.get(key) ?? '';
  }

  /**
   * Opens a log and follows it until it is over or closed; not `alone`, in a tab that stays. One that is open already
   * goes on where it ended: its task may have been tried again, or the server have been started anew.
   */
  async showLog(target: Target, alone: boolean): Promise<void> {
    const uri = addressOf(target, 'log');
    const key = uri.toString();
    const log = this.logs.get(key) ?? { text: '', from: undefined, follows: false, stop: new vscode.CancellationTokenSource() };
    this.logs.set(key, log);
    const document = await vscode.workspace.openTextDocument(uri);
    // Not before there is a document: what is said of one that is not open yet is lost.
    void this.follow(uri, target, log);
    await vscode.window.showTextDocument(document, { preview: alone });
  }

  private async follow(uri: vscode.Uri, target: Target, log: Log): Promise<void> {
    if (log.follows) return;
    log.follows = true;
    try {
      for (let over = false; !over; ) over = await this.read(uri, target, log);
    } catch (failure) {
      if (log.stop.token.isCancellationRequested) return;
      log.text += `\n${wordsOf(failure)}\n`;
      this.changed.fire(uri);
    } finally {
      log.follows = false;
    }
  }

  /** Reads what a log has by now, or waits for it; whether nothing more will come. */
  private async read(uri: vscode.Uri, target: Target, log: Log): Promise<boolean> {
    const { token } = log.stop;
    const client = this.client();
    if (!client || token.isCancellationRequested) return true;
    const { lines, next, over } = await client.sendRequest<Portion>('segue/runs/log', { ...target, from: log.from, follow: true }, token);
    log.from = next;
    if (lines.length > 0) {
      // An editor that looks at the end goes on looking at it.
      const editors = vscode.window.visibleTextEditors.filter((editor) => editor.document.uri.toString() === uri.toString() && atEnd(editor));
      log.text += lines.map((line) => `${line}\n`).join('');
      await this.update(uri, editors);
    }
    return over;
  }

  /** Has a document read anew, and editors that were at its end follow. */
  private async update(uri: vscode.Uri, editors: vscode.TextEditor[]): Promise<void> {
    const read = new Promise<void>((resolve) => {
      const listening = vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document.uri.toString() === uri.toString()) done();
      });
      const timer = setTimeout(() => done(), 1_000);
      const done = () => { clearTimeout(timer); listening.dispose(); resolve(); };
    });
    this.changed.fire(uri);
    await read;
    for (const editor of editors) {
      const end = editor.document.lineAt(editor.document.lineCount - 1).range;
      editor.revealRange(end);
    }
  }

  /** Opens what a run or a task changed. */
  async showDiff(target: Target, alone: boolean): Promise<void> {
    const client = this.client();
    if (!client) return;
    const { text } = await client.sendRequest<{ text: string }>('segue/runs/diff', target);
    const uri = addressOf(target, 'diff');
    this.diffs.set(uri.toString(), text === '' ? 'Nothing was changed.\n' : text);
    this.changed.fire(uri);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: alone });
  }

  dispose(): void {
    this.logs.forEach((log) => log.stop.cancel());
    this.owned.forEach((own) => own.dispose());
  }
}

function atEnd(editor: vscode.TextEditor): boolean {
  const last = editor.visibleRanges.at(-1)?.end.line ?? 0;
  return last >= editor.document.lineCount - 2;
}

function addressOf(target: Target, ending: string): vscode.Uri {
  const name = target.task ? `${target.run} ${target.task}` : target.run;
  return vscode.Uri.from({ scheme: SCHEME, path: `/${name.replaceAll('/', '-')}.${ending}`, query: target.folder });
}
