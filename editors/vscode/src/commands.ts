// The commands of the palette, the menu behind the language status, and those that lenses use.

import * as vscode from 'vscode';
import { Location, Position, type LanguageClient } from 'vscode-languageclient/node';
import { PEEK } from './client.ts';
import { showGraph } from './graph/panel.ts';
import type { Server } from './server/lifecycle.ts';
import { execute } from './execute.ts';

/** Registers them. */
export function register(context: vscode.ExtensionContext, server: Server): vscode.Disposable[] {
  const command = vscode.commands.registerCommand;
  return [
    command('segue.restart', () => server.restart()),
    command('segue.showLogs', () => server.channels.log.show()),
    command('segue.showTrace', () => showTrace(server)),
    command('segue.showMenu', () => showMenu()),
    command('segue.effectiveContext', (uri?: vscode.Uri) => ask(server, 'segue.showEffectiveContext', uri)),
    command('segue.graph', () => graph(context, server)),
    command(PEEK, (uri: string, position: Position, places: Location[]) => peek(server, uri, position, places)),
  ];
}

/** Asks the server to show something about a file: the one that a menu was opened on, or the active one. */
async function ask(server: Server, command: string, uri: vscode.Uri | undefined): Promise<void> {
  const wanted = uri ?? vscode.window.activeTextEditor?.document.uri;
  if (!wanted) {
    void vscode.window.showInformationMessage('Open a file first.');
    return;
  }
  const client = await running(server);
  if (client) await execute(client, command, client.code2ProtocolConverter.asUri(wanted));
}

/** The client, waited for while it starts; tells the user where there is none. */
async function running(server: Server): Promise<LanguageClient | undefined> {
  const client = await server.ready();
  if (!client) {
    const restart = 'Restart Server';
    const told = vscode.window.showWarningMessage('Segue: the server does not run.', restart);
    void told.then((choice) => (choice === restart ? server.restart() : undefined));
  }
  return client;
}

/** Shows the graph of the folder that the active file lies in; where there is none, of one that is chosen. */
async function graph(context: vscode.ExtensionContext, server: Server): Promise<void> {
  const active = vscode.window.activeTextEditor?.document.uri;
  const folders = vscode.workspace.workspaceFolders ?? [];
  const own = active && vscode.workspace.getWorkspaceFolder(active);
  const folder = own ?? (folders.length > 1 ? await vscode.window.showWorkspaceFolderPick() : folders[0]);
  if (folder && (await running(server))) showGraph(context, folder, () => server.program);
}

async function showTrace(server: Server): Promise<void> {
  const settings = vscode.workspace.getConfiguration('segue');
  const now = settings.get('trace.server', 'off');
  const items = [
    { label: 'off', description: 'nothing' },
    { label: 'messages', description: 'which messages are exchanged' },
    { label: 'verbose', description: 'also what they say' },
  ].map((item) => ({ ...item, detail: item.label === now ? 'now' : undefined }));
  const choice = await vscode.window.showQuickPick(items, { title: 'Trace the protocol' });
  if (!choice) return;
  await settings.update('trace.server', choice.label, vscode.ConfigurationTarget.Global);
  if (choice.label !== 'off') server.channels.trace.show();
}

async function showMenu(): Promise<void> {
  const items = [
    { label: '$(refresh) Restart Server', command: 'segue.restart' },
    { label: '$(output) Show Server Logs', command: 'segue.showLogs' },
    { label: '$(list-flat) Trace the Protocol', command: 'segue.showTrace' },
    { label: '$(layers) Show Effective Context of This File', command: 'segue.effectiveContext' },
    { label: '$(type-hierarchy) Show Graph of Agents', command: 'segue.graph' },
    { label: '$(rocket) Show Runs', command: 'segue.runs.focus' },
    { label: '$(gear) Settings', command: 'workbench.action.openSettings', argument: '@ext:segue.segue' },
  ];
  const choice = await vscode.window.showQuickPick(items, { title: 'Segue' });
  if (choice) await vscode.commands.executeCommand(choice.command, choice.argument);
}

async function peek(server: Server, uri: string, position: Position, places: Location[]): Promise<void> {
  const client = await running(server);
  if (!client) return;
  const convert = client.protocol2CodeConverter;
  const found = places.map((place) => convert.asLocation(place));
  await vscode.commands.executeCommand('editor.action.peekLocations', convert.asUri(uri), convert.asPosition(position), found, 'peek');
}
