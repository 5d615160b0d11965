import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const folder = path.join(import.meta.dirname, '..');
const read = (name: string) => readFileSync(path.join(folder, name), 'utf8');
const manifest = JSON.parse(read('package.json'));
const { contributes } = manifest;
const sources = readdirSync(path.join(folder, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => read(path.join('src', name)))
  .join('\n');
const matches = (text: string, pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map(([, name]) => name ?? ''))].sort();
const sorted = (names: Iterable<string>) => [...names].sort();
const contributed: string[] = contributes.commands.map((own: { command: string }) => own.command);

test('what is contributed as a command the code registers, and the other way round', () => {
  const whole = matches(sources, /\b(?:command|registerCommand)\(['`](segue\.[\w.]+)['`]/g);
  const ofRuns = matches(sources, /\b(?:each|plain)\('(\w+)'/g).map((name) => `segue.runs.${name}`);
  assert.deepEqual(sorted([...whole, ...ofRuns]), sorted(contributed));
  // One more is for lenses alone.
  assert.match(sources, /command\(PEEK,/);
  assert.ok(!contributed.includes('segue.peekLocations'));
});

test('menus, the walkthrough and the empty view lead to commands that there are', () => {
  const inMenus = Object.values<{ command: string }[]>(contributes.menus).flat().map((item) => item.command);
  const written = JSON.stringify([contributes.walkthroughs, contributes.viewsWelcome]);
  const led = [...inMenus, ...matches(written, /(?:command|onCommand):(segue[\w.]+)/g)];
  assert.ok(led.length > 30);
  // Each view has a command that goes there.
  const known = [...contributed, 'segue.runs.focus'];
  assert.deepEqual(led.filter((name) => !known.includes(name)), []);
});

test('the walkthrough has five steps, each with its page', () => {
  assert.equal(contributes.walkthroughs.length, 1);
  const { steps } = contributes.walkthroughs[0];
  assert.equal(steps.length, 5);
  assert.equal(new Set(steps.map((step: { id: string }) => step.id)).size, 5);
  for (const { id, media, description, completionEvents } of steps) {
    assert.ok(read(media.markdown).length > 100, id);
    assert.match(description, /\]\(command:/, id);
    assert.ok(completionEvents.length > 0, id);
  }
  const pages = readdirSync(path.join(folder, 'walkthrough'), { encoding: 'utf8' }).map((name) => `walkthrough/${name}`);
  assert.deepEqual(sorted(pages), sorted(steps.map((step: { media: { markdown: string } }) => step.media.markdown)));
});

test('each setting is read, by the extension or by the server, and each that is read is there', () => {
  const properties: Record<string, { enum?: string[]; scope?: string }> = contributes.configuration.properties;
  const byExtension = matches(sources, /(?:settings|\))\.get(?:<[^()]*>)?\('((?:segue|server|trace)\.[\w.]+)'/g).map((name) => `segue.${name.replace(/^segue\./, '')}`);
  const alone = matches(read('../../docs/lsp.md'), /`segue\.((?:lens|inlay)\.\w+)`/g).map((name) => `segue.${name}`);
  // The keys of a segue.toml, but for what a repository alone decides.
  const schema = JSON.parse(read('../../docs/segue.schema.json'));
  const ofRepository = ['extend', 'agents', 'orchestrator', 'review'];
  const shared = Object.keys(schema.properties).filter((key) => !ofRepository.includes(key))
    .flatMap((key) => (key === 'format' ? Object.keys(schema.properties.format.properties).map((own) => `segue.format.${own}`) : [`segue.${key}`]));
  assert.deepEqual(sorted([...byExtension, ...alone, ...shared]), sorted(Object.keys(properties)));
});

test('it works where the files are, and starts nothing that a workspace names before it is trusted', () => {
  assert.deepEqual(manifest.extensionKind, ['workspace']);
  const { virtualWorkspaces, untrustedWorkspaces } = manifest.capabilities;
  assert.equal(virtualWorkspaces.supported, false);
  assert.equal(untrustedWorkspaces.supported, 'limited');
  const started = Object.entries<{ scope?: string }>(contributes.configuration.properties).filter(([, own]) => own.scope === 'machine-overridable');
  assert.deepEqual(sorted(untrustedWorkspaces.restrictedConfigurations), sorted(started.map(([name]) => name)));
  assert.deepEqual(sorted(started.map(([name]) => name)), ['segue.server.environment', 'segue.server.path']);
  for (const { command, enablement } of contributes.commands) {
    assert.equal(enablement, command.startsWith('segue.runs.') ? 'isWorkspaceTrusted' : undefined, command);
  }
});

test('no language is taken from VS Code, and its colours are added to', () => {
  assert.equal(contributes.languages, undefined);
  for (const grammar of contributes.grammars) {
    assert.equal(grammar.language, undefined);
    assert.deepEqual(grammar.injectTo, ['text.html.markdown', 'text.html.markdown.prompt']);
  }
  assert.ok(existsSync(path.join(folder, contributes.viewsContainers.activitybar[0].icon)));
});
