// The language client: what it tells the server of this editor, and what it does in another way than usual.

import * as vscode from 'vscode';
import {
  LanguageClient, RevealOutputChannelOn,
  type ClientCapabilities, type LanguageClientOptions, type StaticFeature,
} from 'vscode-languageclient/node';
import type { Binary } from './server/binary.ts';
import { isPage, showPage } from './pages.ts';
import { isOfTheEditor, selector } from './selector.ts';

/** The command behind lenses that lead to several places; the server uses it because it is announced. */
export const PEEK = 'segue.peekLocations';

/** The channels that outlive a client. */
export interface Channels {
  log: vscode.LogOutputChannel;
  trace: vscode.LogOutputChannel;
}

/** The parts of VS Code that answer about the same files: what they say is not said twice. */
export function editorAnswers(): string[] {
  const settings = vscode.workspace.getConfiguration();
  if (settings.get('segue.repeatBuiltIn') === true) return [];
  const answers = [];
  if (vscode.extensions.getExtension('vscode.prompt')) answers.push('prompts');
  if (hasMarkdown() && settings.get('markdown.suggest.paths.enabled', true)) answers.push('markdown');
  return answers;
}

function hasMarkdown(): boolean {
  return vscode.extensions.getExtension('vscode.markdown-language-features') !== undefined;
}

/** An outline beside that of VS Code's Markdown support, which has the headings: what stands below them moves up. */
function beside(symbols: vscode.SymbolInformation[] | vscode.DocumentSymbol[] | null | undefined): vscode.DocumentSymbol[] | undefined {
  const lifted = (symbol: vscode.DocumentSymbol): vscode.DocumentSymbol[] => {
    const children = symbol.children.flatMap(lifted);
    if (symbol.kind === vscode.SymbolKind.String) return children;
    symbol.children = children;
    return [symbol];
  };
  return symbols?.flatMap((symbol) => (symbol instanceof vscode.DocumentSymbol ? lifted(symbol) : []));
}

/** A client of the server at `binary`; it is not started. */
export function clientOf(binary: Binary, channels: Channels): LanguageClient {
  const settings = vscode.workspace.getConfiguration('segue');
  const trusted = vscode.workspace.isTrusted;
  const own = trusted ? settings.get<Record<string, string>>('server.environment', {}) : {};
  // All of it: what is told here is the whole environment of the program, its PATH and HOME too.
  const server = { command: binary.path, args: ['lsp'], options: { env: { ...process.env, ...own } } };
  const client = new LanguageClient('segue', 'Segue', { run: server, debug: server }, options(trusted, channels));
  client.registerFeature(new Commands());
  client.onRequest('segue/input', typed);
  return client;
}

/** Words that the server asks for: the inputs of a prompt, what an agent shall do, an answer without options. */
async function typed(asked: { message: string; placeholder: string | null }): Promise<string | null> {
  const options = { prompt: asked.message, placeHolder: asked.placeholder ?? undefined, ignoreFocusOut: true };
  return (await vscode.window.showInputBox(options)) ?? null;
}

function options(trusted: boolean, channels: Channels): LanguageClientOptions {
  const ours = (document: vscode.TextDocument) => !isOfTheEditor(document.uri.fsPath);
  return {
    documentSelector: selector(),
    outputChannel: channels.log,
    traceOutputChannel: channels.trace,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    initializationOptions: { trusted, editorAnswers: editorAnswers(), runs: trusted, inputs: trusted },
    // What the server says on standard error it also tells as messages, with a level.
    stdioOptions: { stdout: () => {}, stderr: (input) => input.resume() },
    diagnosticPullOptions: { onChange: true, onTabs: false },
    middleware: {
      didOpen: async (document, next) => { if (ours(document)) await next(document); },
      didChange: async (event, next) => { if (ours(event.document)) await next(event); },
      didClose: async (document, next) => { if (ours(document)) await next(document); },
      provideDiagnostics: (document, previous, token, next) => {
        const uri = document instanceof vscode.Uri ? document : document.uri;
        return isOfTheEditor(uri.fsPath) ? undefined : next(document, previous, token);
      },
      provideDocumentSymbols: async (document, token, next) => {
        const found = await next(document, token);
        return hasMarkdown() ? beside(found) : found;
      },
      window: {
        showDocument: async (params, token, next) => {
          if (params.external === true || !isPage(params.uri)) return next(params, token);
          return { success: await showPage(vscode.Uri.parse(params.uri)) };
        },
      },
    },
  };
}

/** Tells the server of the commands that it may put behind lenses. */
class Commands implements StaticFeature {
  fillClientCapabilities(capabilities: ClientCapabilities): void {
    capabilities.experimental = { ...capabilities.experimental, commands: { commands: [PEEK] } };
  }
  initialize(): void {}
  getState(): { kind: 'static' } { return { kind: 'static' }; }
  clear(): void {}
}
