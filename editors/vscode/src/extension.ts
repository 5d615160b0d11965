// Segue in VS Code: starts the server and says what this editor adds.

import * as vscode from 'vscode';
import * as commands from './commands.ts';
import * as runs from './runs/index.ts';
import { Server } from './server/lifecycle.ts';

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  server = new Server(context);
  context.subscriptions.push(server, ...commands.register(context, server), ...runs.register(context, server));
  await server.restart();
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}
