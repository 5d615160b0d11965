#!/usr/bin/env node
// Starts the program that came with the package of this platform, and stands for it: its streams are those of
// this process, signals are handed on, and it ends as the program ends.
'use strict';

const { spawn } = require('node:child_process');

const name = `segue-lsp-${process.platform}-${process.arch}`;
let program;
try {
  program = require.resolve(`${name}/bin/segue${process.platform === 'win32' ? '.exe' : ''}`);
} catch {
  console.error(
    `segue: the package ${name} is not installed. It comes as an optional dependency: install again without ` +
      '--omit=optional. If there is none for this machine, build segue with cargo.',
  );
  process.exit(2);
}

const child = spawn(program, process.argv.slice(2), { stdio: 'inherit', windowsHide: true });
const signals = process.platform === 'win32' ? ['SIGINT', 'SIGBREAK'] : ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];
// A terminal sends its signals to both; the program decides what becomes of them.
for (const signal of signals) process.on(signal, () => child.kill(signal));
child.on('error', (error) => {
  console.error(`segue: ${program} cannot be started: ${error.message}`);
  process.exit(2);
});
child.on('exit', (status, signal) => {
  if (signal === null) process.exit(status ?? 2);
  for (const known of signals) process.removeAllListeners(known);
  process.kill(process.pid, signal);
});
