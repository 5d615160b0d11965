// Pages that the server writes (a rule, a plan, what is loaded for a file): shown as they are meant to be read.

import * as os from 'node:os';
import * as path from 'node:path';
import * as vscode from 'vscode';

/** Whether a document that the server wants to be shown is a page of its own, in its temporary folder. */
export function isPage(uri: string): boolean {
  const parsed = vscode.Uri.parse(uri);
  if (parsed.scheme !== 'file' || path.extname(parsed.fsPath) !== '.md') return false;
  const folder = path.dirname(parsed.fsPath);
  return path.basename(folder).startsWith('segue-') && samePath(path.dirname(folder), os.tmpdir());
}

function samePath(one: string, other: string): boolean {
  const fold = (text: string) => (process.platform === 'linux' ? path.resolve(text) : path.resolve(text).toLowerCase());
  return fold(one) === fold(other);
}

/** Shows a page: rendered where VS Code's Markdown support is there, else as text. */
export async function showPage(uri: vscode.Uri): Promise<boolean> {
  try {
    if (vscode.extensions.getExtension('vscode.markdown-language-features')) {
      await vscode.commands.executeCommand('markdown.showPreview', uri);
    } else {
      await vscode.window.showTextDocument(uri, { preview: true });
    }
    return true;
  } catch {
    return false;
  }
}
