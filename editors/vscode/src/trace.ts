// The channel that the protocol is traced into. The client writes a trace where a channel's level is Trace;
// here the setting `segue.trace.server` says so, and what was asked for is shown at any level.

import * as vscode from 'vscode';

/** A channel whose level follows the setting. */
export function traceChannel(inner: vscode.LogOutputChannel): vscode.LogOutputChannel {
  const changed = new vscode.EventEmitter<vscode.LogLevel>();
  const level = () => {
    const wanted = vscode.workspace.getConfiguration('segue').get('trace.server', 'off');
    return wanted === 'off' ? vscode.LogLevel.Info : vscode.LogLevel.Trace;
  };
  const listening = vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration('segue.trace.server')) changed.fire(level());
  });
  return new Proxy(inner, {
    get(channel, key) {
      switch (key) {
        case 'logLevel': return level();
        case 'onDidChangeLogLevel': return changed.event;
        case 'trace': return (message: string, ...rest: unknown[]) => channel.info(message, ...rest);
        case 'dispose': return () => { listening.dispose(); changed.dispose(); channel.dispose(); };
      }
      const value: unknown = Reflect.get(channel, key, channel);
      return typeof value === 'function' ? value.bind(channel) : value;
    },
  });
}
