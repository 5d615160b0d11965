// What the language status of our documents says of the server.

import * as vscode from 'vscode';
import { selector } from '../selector.ts';
import type { Binary } from './binary.ts';

const FROM = { setting: 'as the settings say', PATH: 'from the PATH', bundled: 'with the extension' };

/** The item in the language status. */
export class Status implements vscode.Disposable {
  private readonly item = vscode.languages.createLanguageStatusItem('segue.server', selector());

  constructor() {
    this.item.name = 'Segue';
    this.starting();
  }

  starting(): void {
    this.show('Segue', 'The server is starting', vscode.LanguageStatusSeverity.Information);
    this.item.busy = true;
  }

  running(binary: Binary): void {
    const limits = vscode.workspace.isTrusted ? '' : ', limited: the workspace is not trusted';
    this.show(`Segue ${binary.version}`, FROM[binary.origin] + limits, vscode.LanguageStatusSeverity.Information);
    this.item.command = { command: 'segue.showMenu', title: 'Menu' };
  }

  failed(why: string): void {
    this.show('Segue does not run', why, vscode.LanguageStatusSeverity.Error);
    this.item.command = { command: 'segue.showMenu', title: 'Menu' };
  }

  dispose(): void {
    this.item.dispose();
  }

  private show(text: string, detail: string, severity: vscode.LanguageStatusSeverity): void {
    Object.assign(this.item, { text, detail, severity, busy: false });
  }
}
