// Runs in VS Code: the view, and where what it shows comes from. What waits for a person the server asks itself, by
// a notification; here it is in the badge.

import * as vscode from 'vscode';
import { State, type LanguageClient } from 'vscode-languageclient/node';
import type { Server } from '../server/lifecycle.ts';
import { Actions } from './actions.ts';
import { Documents } from './documents.ts';
import type { Told } from './model.ts';
import { RunsView } from './view.ts';

/** Shows the runs that the server tells of, from now on. */
export function register(context: vscode.ExtensionContext, server: Server): vscode.Disposable[] {
  const client = () => server.running;
  const view = new RunsView(context.workspaceState);
  const documents = new Documents(client);
  const actions = new Actions(view, documents, () => server.ready());
  const take = (told: Told) => view.refresh(view.runs.take(told));
  const attach = (own: LanguageClient) => {
    view.runs.clear();
    view.refresh();
    own.onNotification('segue/runs', take);
    own.onDidChangeState(({ newState }) => {
      if (newState === State.Running) void seed(own, take);
    });
  };
  return [view, documents, ...actions.register(), server.onDidCreateClient(attach)];
}

/** Asks for the runs that are there already. */
async function seed(client: LanguageClient, take: (told: Told) => void): Promise<void> {
  if (!vscode.workspace.isTrusted) return;
  try {
    const { repositories } = await client.sendRequest<{ repositories: Told[] }>('segue/runs/list', {});
    repositories.forEach(take);
  } catch (failure) {
    client.warn(`the runs are not known: ${String(failure)}`);
  }
}
