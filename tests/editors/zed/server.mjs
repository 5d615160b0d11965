// A server, started by the command that the extension made, and spoken to as Zed speaks.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const patience = Number(process.env.SEGUE_PATIENCE ?? 30) * 1000;

export class Server {
  told = {};
  #texts = {};
  #number = 0;
  #answers = new Map();
  #rest = Buffer.alloc(0);

  constructor({ command, args, env }, folder) {
    this.folder = folder;
    const environment = { ...process.env, ...Object.fromEntries(env ?? []) };
    this.child = spawn(command, args, { cwd: folder, env: environment, stdio: ['pipe', 'pipe', 'ignore'] });
    this.ended = new Promise((resolve) => this.child.on('exit', resolve));
    this.child.stdout.on('data', (data) => this.#read(data));
  }

  #read(data) {
    this.#rest = Buffer.concat([this.#rest, data]);
    for (;;) {
      const end = this.#rest.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(this.#rest.subarray(0, end).toString())[1]);
      if (this.#rest.length < end + 4 + length) return;
      const message = JSON.parse(this.#rest.subarray(end + 4, end + 4 + length).toString());
      this.#rest = this.#rest.subarray(end + 4 + length);
      this.#take(message);
    }
  }

  #take({ id, method, params, result }) {
    if (method === undefined) this.#answers.get(id)?.(result);
    else if (id !== undefined) this.#send({ id, result: method === 'workspace/configuration' ? params.items.map(() => null) : null });
    else if (method === 'textDocument/publishDiagnostics') this.told[params.uri] = params.diagnostics.map((found) => found.code);
  }

  #send(message) {
    const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }));
    this.child.stdin.write(Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]));
  }

  #request(method, params) {
    const id = ++this.#number;
    this.#send({ id, method, params });
    return new Promise((resolve) => this.#answers.set(id, resolve));
  }

  #uri(file) {
    return pathToFileURL(path.join(this.folder, file)).href;
  }

  async begin() {
    const literals = { codeActionKind: { valueSet: ['', 'quickfix', 'refactor', 'source'] } };
    const textDocument = {
      codeAction: { codeActionLiteralSupport: literals, dataSupport: true, resolveSupport: { properties: ['edit', 'command'] } },
      completion: { completionItem: { snippetSupport: true } },
      hover: { contentFormat: ['markdown'] },
      publishDiagnostics: {},
    };
    const folders = [{ uri: pathToFileURL(this.folder).href, name: 'work' }];
    const capabilities = { textDocument, workspace: { configuration: true, workspaceFolders: true, workspaceEdit: { documentChanges: true } } };
    const begun = await this.#request('initialize', { processId: process.pid, rootUri: folders[0].uri, workspaceFolders: folders, capabilities });
    this.capabilities = begun.capabilities;
    this.#send({ method: 'initialized', params: {} });
  }

  open(file, change = (text) => text) {
    this.#texts[file] = change(readFileSync(path.join(this.folder, file), 'utf8'));
    const textDocument = { uri: this.#uri(file), languageId: 'markdown', version: 1, text: this.#texts[file] };
    this.#send({ method: 'textDocument/didOpen', params: { textDocument } });
  }

  // Where a word stands in an open file.
  at(file, word) {
    const before = this.#texts[file].slice(0, this.#texts[file].indexOf(word)).split('\n');
    return { textDocument: { uri: this.#uri(file) }, position: { line: before.length - 1, character: before.at(-1).length } };
  }

  // What the server answers, if it says that it can; nothing otherwise.
  ask(capability, method, params) {
    return this.capabilities[capability] ? this.#request(method, params) : undefined;
  }

  // Whether a finding is told in time.
  async isTold(file, code) {
    const end = Date.now() + patience;
    while (!this.told[this.#uri(file)]?.includes(code)) {
      if (Date.now() > end) return false;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return true;
  }

  async end() {
    await this.#request('shutdown');
    this.#send({ method: 'exit' });
    return this.ended;
  }
}
