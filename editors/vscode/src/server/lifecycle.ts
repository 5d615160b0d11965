// The server's life: found, started, restarted when what it depends on changes, and told about in the status.

import * as os from 'node:os';
import * as vscode from 'vscode';
import { State, type LanguageClient } from 'vscode-languageclient/node';
import { clientOf, editorAnswers, type Channels } from '../client.ts';
import { wordsOf } from '../failure.ts';
import { traceChannel } from '../trace.ts';
import { find, NoBinary, type Binary } from './binary.ts';
import { Status } from './status.ts';

/** The one server of this window. */
export class Server implements vscode.Disposable {
  readonly channels: Channels;
  private readonly status = new Status();
  private readonly started = new vscode.EventEmitter<LanguageClient>();
  private readonly owned: vscode.Disposable[] = [this.status, this.started];
  private client: LanguageClient | undefined;
  private found: Binary | undefined;
  private answers: string[] = [];
  /** What is under way; starts and stops are done one after the other. */
  private turn: Promise<void> = Promise.resolve();

  /** Said for each client that is about to be started, also after a restart. */
  readonly onDidCreateClient = this.started.event;

  private readonly context: vscode.ExtensionContext;

  constructor(context: vscode.ExtensionContext) {
    this.context = context;
    this.channels = {
      log: vscode.window.createOutputChannel('Segue', { log: true }),
      trace: traceChannel(vscode.window.createOutputChannel('Segue Trace', { log: true })),
    };
    this.owned.push(this.channels.log, this.channels.trace);
    const restart = () => void this.restart();
    const needs = ['segue.server', 'segue.repeatBuiltIn', 'markdown.suggest.paths.enabled'];
    this.owned.push(
      vscode.workspace.onDidGrantWorkspaceTrust(restart),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (needs.some((key) => event.affectsConfiguration(key))) restart();
      }),
      vscode.extensions.onDidChange(() => {
        if (String(editorAnswers()) !== String(this.answers)) restart();
      }),
    );
  }

  /** The client, where the server runs. */
  get running(): LanguageClient | undefined {
    return this.client?.isRunning() ? this.client : undefined;
  }

  /** The client, once what is under way is done: a server that is starting is waited for. */
  async ready(): Promise<LanguageClient | undefined> {
    await this.turn;
    return this.running;
  }

  /** The program that runs as the server. */
  get program(): string | undefined {
    return this.running && this.found?.path;
  }

  /** Starts the server, or ends it and starts it anew; what it depends on is looked at again. */
  restart(): Promise<void> {
    this.turn = this.turn.then(async () => {
      await this.end();
      await this.begin();
    });
    return this.turn;
  }

  async stop(): Promise<void> {
    this.turn = this.turn.then(() => this.end());
    await this.turn;
  }

  dispose(): void {
    this.owned.forEach((own) => own.dispose());
  }

  private async begin(): Promise<void> {
    this.status.starting();
    try {
      const binary = await this.binary();
      this.found = binary;
      const { log } = this.channels;
      log.info(`${binary.path} (${binary.origin}), version ${binary.version}, workspace ${vscode.workspace.isTrusted ? '' : 'not '}trusted`);
      this.answers = editorAnswers();
      const client = clientOf(binary, this.channels);
      this.client = client;
      client.onDidChangeState(({ newState }) => {
        if (this.client !== client) return;
        if (newState === State.Running) this.status.running(binary);
        else if (newState === State.Starting) this.status.starting();
        else this.status.failed('it ended; its log says more');
      });
      this.started.fire(client);
      await client.start();
    } catch (failure) {
      this.failed(failure);
    }
  }

  private async end(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    // A server that does not answer any more is ended all the same.
    await client?.dispose().catch((failure: unknown) => this.channels.log.warn(`the server did not stop: ${String(failure)}`));
  }

  private binary(): Promise<Binary> {
    const settings = vscode.workspace.getConfiguration('segue');
    const manifest = this.context.extension.packageJSON as { version: string };
    return find({
      setting: settings.get<string | null>('server.path'),
      trusted: vscode.workspace.isTrusted,
      extension: this.context.extensionPath,
      version: manifest.version,
      folder: vscode.workspace.workspaceFolders?.[0]?.uri.fsPath,
      home: os.homedir(),
      platform: process.platform,
      environment: process.env,
      log: (line) => this.channels.log.warn(line),
    });
  }

  private failed(failure: unknown): void {
    const message = wordsOf(failure);
    this.channels.log.error(message);
    // In short: what is told at length is told once.
    this.status.failed('it could not be started; its log says why');
    const [logs, settings] = ['Show Logs', 'Open Settings'];
    const told = vscode.window.showErrorMessage(`Segue: ${message}`, ...(failure instanceof NoBinary ? [settings, logs] : [logs]));
    void told.then((choice) => {
      if (choice === logs) this.channels.log.show();
      // Where the server is elsewhere, so are its settings: those of the user do not name them.
      const place = vscode.env.remoteName ? 'openRemoteSettings' : 'openSettings2';
      if (choice === settings) void vscode.commands.executeCommand(`workbench.action.${place}`, { query: 'segue.server' });
    });
  }
}
