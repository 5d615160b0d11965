import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BUILT_IN_LANGUAGES, isOfTheEditor, selector } from '../src/selector.ts';

test('files are asked for by language and by place, and nothing but files', () => {
  const all = selector();
  for (const language of ['markdown', ...BUILT_IN_LANGUAGES]) assert.ok(all.some((filter) => filter.language === language));
  assert.ok(all.some((filter) => filter.pattern?.includes('agent')));
  assert.ok(all.every((filter) => filter.scheme === 'file'));
});

test('what belongs to the editor is left alone', () => {
  for (const path of [
    '/home/a/.config/Code/User/globalStorage/github.copilot-chat/plan-agent/Plan.agent.md',
    'C:\\Users\\a\\AppData\\Roaming\\Code\\User\\globalStorage\\x\\Ask.agent.md',
    '/home/a/.vscode/extensions/some.one-1.0.0/agents/x.agent.md',
    '/home/a/.vscode-server/extensions/some.one-1.0.0/AGENTS.md',
    'C:\\Users\\a\\.cursor\\extensions\\x\\SKILL.md',
  ]) assert.ok(isOfTheEditor(path), path);
  for (const path of ['/home/a/work/.vscode/agents/x.agent.md', '/home/a/work/extensions/AGENTS.md', '/home/a/.copilot/agents/x.agent.md']) {
    assert.ok(!isOfTheEditor(path), path);
  }
});
