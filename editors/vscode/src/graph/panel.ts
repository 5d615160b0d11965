// The panel with the graph: one for each folder, drawn anew when a primitive is saved.

import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { wordsOf } from '../failure.ts';
import { graphOf } from './data.ts';

/** What the page says. */
interface Said {
  open?: number;
  tools?: boolean;
}

const open = new Map<string, vscode.WebviewPanel>();

/** Shows the graph of a folder. `program` tells the server's program at any time. */
export function showGraph(context: vscode.ExtensionContext, folder: vscode.WorkspaceFolder, program: () => string | undefined): void {
  const key = folder.uri.toString();
  const known = open.get(key);
  if (known) {
    known.reveal();
    return;
  }
  const dist = vscode.Uri.joinPath(context.extensionUri, 'dist');
  const panel = vscode.window.createWebviewPanel('segue.graph', `Graph of ${folder.name}`, vscode.ViewColumn.Active, {
    enableScripts: true,
    retainContextWhenHidden: true,
    localResourceRoots: [dist],
  });
  open.set(key, panel);
  let tools = true;
  let paths: (string | null)[] = [];
  const draw = async () => {
    const own = program();
    try {
      if (!own) throw new Error('The server does not run.');
      const graph = await graphOf(own, folder.uri.fsPath, tools);
      paths = graph.nodes.map((node) => node.path);
      await panel.webview.postMessage({ graph });
    } catch (failure) {
      await panel.webview.postMessage({ failure: wordsOf(failure) });
    }
  };
  const listening = [
    panel.webview.onDidReceiveMessage((said: Said) => {
      if (said.tools !== undefined) tools = said.tools;
      const path = said.open === undefined ? undefined : paths[said.open];
      if (path) void vscode.commands.executeCommand('vscode.open', vscode.Uri.joinPath(folder.uri, path), { viewColumn: vscode.ViewColumn.Beside });
      if (said.open === undefined) void draw();
    }),
    vscode.workspace.onDidSaveTextDocument((document) => {
      if (/\.(md|json)$/.test(document.uri.path)) void draw();
    }),
  ];
  panel.onDidDispose(() => {
    open.delete(key);
    listening.forEach((own) => own.dispose());
  });
  panel.webview.html = page(panel.webview, dist);
}

function page(webview: vscode.Webview, dist: vscode.Uri): string {
  const nonce = randomBytes(16).toString('base64');
  const script = (name: string) => `<script nonce="${nonce}" src="${webview.asWebviewUri(vscode.Uri.joinPath(dist, name)).toString()}"></script>`;
  // Mermaid writes its styles into the picture.
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>Graph</title>
<style>
  body { padding: 0; margin: 0; color: var(--vscode-editor-foreground); background: var(--vscode-editor-background); }
  header { position: sticky; top: 0; left: 0; display: flex; gap: 1em; align-items: center; padding: 6px 12px;
    background: var(--vscode-editor-background); border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent)); }
  header p { margin: 0; color: var(--vscode-descriptionForeground); }
  button { color: var(--vscode-button-secondaryForeground); background: var(--vscode-button-secondaryBackground);
    border: 1px solid var(--vscode-contrastBorder, transparent); padding: 2px 9px; cursor: pointer; }
  button:focus-visible, label:focus-within { outline: 1px solid var(--vscode-focusBorder); }
  #picture { padding: 12px; overflow: auto; }
  #picture svg { max-width: none !important; }
  #picture .node { cursor: pointer; outline: none; }
  #picture .node:focus :is(rect, polygon, path, circle) { stroke: var(--vscode-focusBorder) !important; stroke-width: 3px !important; }
</style>
</head>
<body>
<header>
  <label><input type="checkbox" id="tools" checked> Tools</label>
  <span role="group" aria-label="Size"><button id="smaller" aria-label="Smaller">−</button> <button id="larger" aria-label="Larger">+</button></span>
  <p>Arrow keys follow the arrows, Enter opens the file, + and − change the size.</p>
</header>
<main id="picture" role="group" aria-label="Graph of agents"></main>
<div id="said" role="status" aria-live="polite"></div>
${script('mermaid.js')}
${script('graph.js')}
</body>
</html>`;
}
