// Commands of the server.

import type { LanguageClient } from 'vscode-languageclient/node';
import { complain } from './failure.ts';

/** Has the server do something; tells the user where it cannot. */
export async function execute(client: LanguageClient, command: string, argument: unknown): Promise<void> {
  const known = client.initializeResult?.capabilities.executeCommandProvider?.commands ?? [];
  try {
    if (!known.includes(command)) throw new Error(`the server has no command ${command}; it is older than this extension.`);
    await client.sendRequest('workspace/executeCommand', { command, arguments: [argument] });
  } catch (failure) {
    complain(failure);
  }
}
