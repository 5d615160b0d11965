// What the extension does, asked for in the extension host.

const assert = require('node:assert');
const fs = require('node:fs');
const vscode = require('vscode');

const root = () => vscode.workspace.workspaceFolders[0].uri;
const at = (path) => vscode.Uri.joinPath(root(), path);

/** Waits until something is so; what it came to. */
async function until(what, look, patience = 60_000) {
  for (const end = Date.now() + patience; Date.now() < end; ) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`waited for: ${what}`);
}

async function open(path) {
  const document = await vscode.workspace.openTextDocument(at(path));
  await vscode.window.showTextDocument(document, { preview: false });
  return document;
}

const ours = (uri) => vscode.languages.getDiagnostics(uri).filter((one) => one.source === 'segue');
const code = (one) => (typeof one.code === 'object' ? one.code.value : one.code);
const has = (uri, wanted) => ours(uri).some((one) => code(one) === wanted);
const settings = () => vscode.workspace.getConfiguration('segue');
const builtIn = (uri) => vscode.languages.getDiagnostics(uri).filter((one) => one.source !== 'segue');
const command = vscode.commands.executeCommand;
const labels = (list) => list.items.map((item) => (typeof item.label === 'string' ? item.label : item.label.label));

const checks = {
  async 'findings in a primitive, none in an ordinary page'() {
    const spec = await open('specs/sign-in.spec.md');
    await until('a finding', () => has(spec.uri, 'link/missing-anchor'));
    await vscode.workspace.fs.writeFile(at('README.md'), Buffer.from('# A\n\n[x](nowhere.md)\n'));
    const page = await open('README.md');
    assert.deepStrictEqual(ours(page.uri), []);
  },
  async 'a primitive that the user calls plain text is one all the same'() {
    const spec = await open('specs/sign-in.spec.md');
    await vscode.languages.setTextDocumentLanguage(spec, 'plaintext');
    await until('a finding', () => has(spec.uri, 'link/missing-anchor'));
    await vscode.languages.setTextDocumentLanguage(spec, 'markdown');
  },
  async 'a setting holds at once'() {
    const spec = await open('specs/sign-in.spec.md');
    await settings().update('rules', { 'link/missing-anchor': 'off' }, vscode.ConfigurationTarget.Workspace);
    await until('it is off', () => !has(spec.uri, 'link/missing-anchor'));
    await settings().update('rules', undefined, vscode.ConfigurationTarget.Workspace);
    await until('it is on', () => has(spec.uri, 'link/missing-anchor'));
  },
  async 'a segue.toml is served although no language is its own: keys proposed, explained, judged'() {
    const folder = vscode.Uri.joinPath(root(), 'part');
    const place = vscode.Uri.joinPath(folder, 'segue.toml');
    await vscode.workspace.fs.writeFile(place, Buffer.from('[orchestrator]\nattempts = 300\n\n'));
    const document = await open('part/segue.toml');
    const { uri } = document;
    const at = (line, character) => new vscode.Position(line, character);
    await until('a finding', () => ours(uri).some((one) => one.message.includes('lies between 1 and 100')));
    await until('a card', async () => {
      const cards = await command('vscode.executeHoverProvider', uri, at(1, 2));
      return cards.some((card) => card.contents.some((part) => (part.value ?? part).includes('orchestrator.attempts')));
    });
    // Half typed.
    const edit = new vscode.WorkspaceEdit();
    edit.insert(uri, at(3, 0), '[rules]\n"link/missing-f"');
    await vscode.workspace.applyEdit(edit);
    await until('a rule', async () => labels(await command('vscode.executeCompletionItemProvider', uri, at(4, 15))).includes('link/missing-file'));
    await document.save();
    await vscode.workspace.fs.delete(folder, { recursive: true });
  },
  async 'each command of the palette is there'() {
    const all = await vscode.commands.getCommands(true);
    const { contributes } = vscode.extensions.getExtension('segue.segue').packageJSON;
    assert.deepStrictEqual(contributes.commands.map((own) => own.command).filter((name) => !all.includes(name)), []);
  },
  async 'a restart brings the findings back'() {
    const spec = await open('specs/sign-in.spec.md');
    await vscode.commands.executeCommand('segue.restart');
    await until('a finding', () => has(spec.uri, 'link/missing-anchor'));
  },
  async 'a program that is not there is told, and the next one is taken'() {
    const spec = await open('specs/sign-in.spec.md');
    await settings().update('server.path', '/nowhere/segue', vscode.ConfigurationTarget.Workspace);
    await until('no findings', () => ours(spec.uri).length === 0);
    await settings().update('server.path', undefined, vscode.ConfigurationTarget.Workspace);
    await until('a finding', () => has(spec.uri, 'link/missing-anchor'));
  },
  async 'the effective context is shown as a page, also of a server that is only starting'() {
    const file = await open('auth/tokens.ts');
    void vscode.commands.executeCommand('segue.restart');
    await vscode.commands.executeCommand('segue.effectiveContext', file.uri);
    const tabs = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    await until('a page', () => tabs().find((tab) => /context of .*tokens\.ts/.test(tab.label)));
  },
};

/** Checks that hold with VS Code's own prompt support on. */
const beside = {
  async 'no finding twice: one file for each rule that VS Code has too'() {
    const { same, alone } = JSON.parse(fs.readFileSync(process.env.SAME));
    assert.ok(same.length > 8, `${same.length}`);
    const repeat = (value) => settings().update('repeatBuiltIn', value, vscode.ConfigurationTarget.Workspace);
    await repeat(true);
    for (const { code, path } of same) {
      const { uri } = await open(path);
      await until(`${code} in ${path}`, () => has(uri, code));
      await until(`${alone} in ${path}`, () => has(uri, alone));
      await until(`VS Code's own of ${code} in ${path}`, () => builtIn(uri).length > 0);
    }
    await repeat(undefined);
    // By another server, which may be there before anybody sees that the first one went.
    for (const { code, path } of same) {
      const { uri } = await open(path);
      await until(`${alone}, and ${code} from VS Code alone, in ${path}`, () => has(uri, alone) && !has(uri, code) && builtIn(uri).length > 0);
    }
  },
  async 'nothing proposed twice: keys and values of headers'() {
    for (const path of ['.github/agents/builder.agent.md', '.github/prompts/implement.prompt.md', '.github/skills/token-review/SKILL.md', '.github/instructions/security.instructions.md']) {
      const document = await open(path);
      const { uri } = document;
      const text = document.getText().split('\n');
      const end = text.indexOf('---', 1);
      for (let line = 1; line <= end; line += 1) {
        const places = [0, ...(text[line].includes(': ') ? [text[line].indexOf(': ') + 2, text[line].length] : [])];
        for (const character of line === end ? [0] : places) {
          const list = await command('vscode.executeCompletionItemProvider', uri, new vscode.Position(line, character));
          const twice = labels(list).filter((label, at, all) => all.indexOf(label) !== at);
          assert.deepStrictEqual(twice, [], `${path}:${line + 1}:${character + 1}`);
        }
      }
    }
  },
  async 'nothing proposed, explained or led to twice: words of a body'() {
    const body = [
      'Look it up with #tool:search and #tool:',
      'Mind #file:../../docs/auth.memory.md and #file:../../docs/',
      'See [the memory](../../docs/auth.memory.md#password-hashing) and [it](../../docs/).',
      'Ask for ${input:name:Who?} and ${',
      'Hand over to @planner, #',
    ];
    const place = at('.github/prompts/body.prompt.md');
    await vscode.workspace.fs.writeFile(place, Buffer.from(`---\nagent: agent\ndescription: Looks\ntools: [search]\n---\n${body.join('\n')}\n`));
    const { uri } = await open('.github/prompts/body.prompt.md');
    await until('our answer', async () => labels(await command('vscode.executeCompletionItemProvider', uri, new vscode.Position(8, body[3].length))).includes('${selection}'));
    const key = (value) => JSON.stringify(value, (name, own) => (own instanceof vscode.Uri ? own.toString() : own));
    const once = (what, all, where) => assert.deepStrictEqual(all.filter((one, index) => all.indexOf(one) !== index), [], `${what} at ${where}`);
    for (const [line, text] of body.entries()) {
      // Behind each sign that begins something, in the midst of each word, and at the end.
      const places = [...text.matchAll(/[#:/({@$]|\b\w{3}/g)].map((found) => found.index + found[0].length);
      for (const character of [...new Set([...places, text.length])]) {
        const position = new vscode.Position(5 + line, character);
        const where = `${6 + line}:${character + 1} of \`${text}\``;
        once('proposed', labels(await command('vscode.executeCompletionItemProvider', uri, position)), where);
        const cards = await command('vscode.executeHoverProvider', uri, position);
        once('explained', cards.flatMap((card) => card.contents.map((part) => (part.value ?? part).trim())), where);
        once('led to', (await command('vscode.executeDefinitionProvider', uri, position)).map((one) => key([one.targetUri ?? one.uri, one.targetSelectionRange ?? one.range])), where);
      }
    }
    const links = await command('vscode.executeLinkProvider', uri);
    once('linked', links.map((link) => key(link.range)), 'the whole');
    await vscode.workspace.fs.delete(place);
  },
  async 'nothing explained twice: what VS Code says of a key, ours does not say'() {
    const { uri } = await open('.github/agents/planner.agent.md');
    const hover = async (line, character) =>
      (await command('vscode.executeHoverProvider', uri, new vscode.Position(line, character))).flatMap((one) => one.contents.map((part) => part.value ?? part));
    // `description`: VS Code says what it is, ours only which clients read it.
    const cards = await until('both', async () => { const all = await hover(2, 3); return all.length === 2 && all; });
    const own = cards.find((card) => card.includes('| client |'));
    assert.ok(own && !/What the agent does/.test(own), cards.join('\n====\n'));
    // An agent in a list: VS Code explains the key, ours the agent.
    await until('the agent', async () => (await hover(4, 11)).some((card) => card.includes('Writes the code of one task')));
  },
  async 'a link leads to one place, and so does the name of an agent'() {
    const spec = await open('specs/sign-in.spec.md');
    const line = spec.getText().split('\n').findIndex((text) => text.includes('How we hash'));
    const lead = (uri, position) => command('vscode.executeDefinitionProvider', uri, position);
    await until('one place', async () => (await lead(spec.uri, new vscode.Position(line, 40))).length === 1);
    const planner = await open('.github/agents/planner.agent.md');
    await until('one agent', async () => (await lead(planner.uri, new vscode.Position(4, 11))).length === 1);
  },
  async 'the outline has each heading once'() {
    const { uri } = await open('specs/sign-in.spec.md');
    const symbols = await until('symbols', async () => { const all = await command('vscode.executeDocumentSymbolProvider', uri); return all?.length > 0 && all; });
    const names = [];
    const walk = (all) => all.forEach((one) => { names.push(one.name.replace(/^#+ /, '')); walk(one.children ?? []); });
    walk(symbols);
    assert.deepStrictEqual(names.filter((name, at) => names.indexOf(name) !== at), []);
    assert.ok(names.includes('Context References'));
  },
};

exports.run = async () => {
  const failed = [];
  for (const [name, check] of Object.entries({ ...checks, ...beside })) {
    try {
      await check();
      console.log(`ok ${name}`);
    } catch (error) {
      failed.push(name);
      console.log(`not ok ${name}: ${error.stack}`);
    }
  }
  if (failed.length > 0) throw new Error(`failed: ${failed.join(', ')}`);
};
