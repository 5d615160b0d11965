// What is said of what failed.

import * as vscode from 'vscode';

/** A failure in words. */
export function wordsOf(failure: unknown): string {
  return failure instanceof Error ? failure.message : String(failure);
}

/** Tells the user of a failure. */
export function complain(failure: unknown): void {
  void vscode.window.showErrorMessage(`Segue: ${wordsOf(failure)}`);
}
