import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RunRows, Runs, answerFor, choiceOf, comparedBy, keyOf, lines, runsOf, targetsOf, tasksOf, time, variantsOf, wavesOf, words, type Run, type RunState, type Task } from '../src/runs/model.ts';

const task = (id: string, wave: number): Task => ({
  id, title: id, wave, state: 'queued', agent: null, attempts: 0, milliseconds: 0, files: [], added: 0, removed: 0, branch: null, worktree: null, variants: [], variant_of: null,
});

const run = (name: string, state: RunState, own: Partial<Run> = {}): Run => ({
  run: name, folder: 'file:///w', uri: null, plan: `${name}.spec.md`, title: name, state, over: false, alive: true, seq: 1,
  begun: '2026-01-01 00:00:00Z', milliseconds: 0, done: 0, added: 0, removed: 0, tasks: [task('a', 1), task('b', 1), task('c', 2)], gates: [], questions: [], lessons: 0, ...own,
});

test('what needs a person comes first, then the newest', () => {
  const runs = new Runs();
  runs.take({ folder: 'file:///w', runs: [run('old', 'complete'), run('new', 'working', { begun: '2026-01-02 00:00:00Z' }), run('mine', 'needs-you')] });
  assert.deepEqual(runs.shown({ states: [], text: '' }).map((one) => one.run), ['mine', 'new', 'old']);
  assert.equal(runs.calling, 1);
  assert.deepEqual(runs.shown({ states: ['complete', 'needs-you'], text: '' }).map((one) => one.run), ['mine', 'old']);
  assert.deepEqual(runs.shown({ states: [], text: 'NEW' }).map((one) => one.run), ['new']);
});

test('what changed since somebody looked is unread, also in another session', () => {
  const runs = new Runs();
  const first = run('a', 'working');
  runs.take({ folder: 'file:///w', runs: [first] });
  assert.ok(runs.isUnread(first));
  runs.read(first);
  assert.ok(!runs.isUnread(first));
  const next = run('a', 'working', { seq: 2 });
  runs.take({ folder: 'file:///w', runs: [next] });
  assert.ok(runs.isUnread(next));
  runs.readAll();
  const later = new Runs(runs.remembered());
  later.take({ folder: 'file:///w', runs: [next] });
  assert.ok(!later.isUnread(next));
  assert.deepEqual(later.shown({ states: ['unread'], text: '' }), []);
});

test('a run that is gone is forgotten, and so is what was read of it', () => {
  const runs = new Runs({ 'file:///w#a': 1 });
  runs.take({ folder: 'file:///w', runs: [run('a', 'complete')], gone: [] });
  runs.take({ folder: 'file:///w', runs: [], gone: ['a'] });
  assert.equal(runs.get(keyOf({ run: 'a', folder: 'file:///w' })), undefined);
  assert.deepEqual(runs.remembered(), {});
});

test('a row stays the same object while its run goes on, and all are drawn anew where the runs or their order change', () => {
  const rows = new RunRows();
  const [first, other] = [run('a', 'working'), run('b', 'working')];
  const drawn = rows.draw([first, other]);
  const next = run('a', 'working', { seq: 2 });
  const changed = rows.changed([next, other], [next]);
  assert.equal(changed?.length, 1);
  assert.equal(changed[0], drawn[0]);
  assert.equal(drawn[0]?.run, next);
  // One that a filter hides is not drawn.
  assert.deepEqual(rows.changed([next, other], [run('hidden', 'working')]), []);
  assert.equal(rows.changed([other, next], [next]), undefined);
  assert.equal(rows.changed([next], []), undefined);
  assert.equal(rows.changed([next, other, run('c', 'queued')], []), undefined);
  assert.deepEqual(rows.draw([other, next]), [drawn[1], drawn[0]]);
  assert.equal(rows.draw([next])[0], drawn[0]);
});

test('of a server that knows no variants and no lessons the tasks are there all the same', () => {
  const [{ variants, variant_of, ...older }, question] = [task('a', 1), { question: 1, task: 'a', text: 'Which?', options: [], recommendation: null }];
  const { lessons, ...own } = run('r', 'needs-you', { tasks: [older as Task], questions: [question as never] });
  const [told] = new Runs().take({ folder: 'file:///w', runs: [own as Run] });
  assert.ok(told);
  assert.deepEqual(tasksOf(told), [task('a', 1)]);
  assert.deepEqual([told.lessons, told.questions[0]?.choice, variantsOf(told, task('a', 1))], [0, false, []]);
});

test('runs of one name in two folders are two', () => {
  const runs = new Runs();
  runs.take({ folder: 'file:///w', runs: [run('a', 'working')] });
  runs.take({ folder: 'file:///x', runs: [run('a', 'complete', { folder: 'file:///x' })] });
  assert.equal(runs.shown({ states: [], text: '' }).length, 2);
});

test('a wave stands for its tasks, and nothing is meant twice', () => {
  const own = run('r', 'working');
  const [first] = own.tasks;
  assert.ok(first);
  const rows = [{ kind: 'wave', run: own, wave: 1 }, { kind: 'task', run: own, task: first }] as const;
  assert.deepEqual(targetsOf([...rows]), [{ run: 'r', folder: 'file:///w', task: 'a' }, { run: 'r', folder: 'file:///w', task: 'b' }]);
  assert.deepEqual(targetsOf([{ kind: 'run', run: own }]), [{ run: 'r', folder: 'file:///w' }]);
  assert.deepEqual(runsOf([...rows]).length, 1);
  assert.deepEqual(wavesOf(own), [1, 2]);
});

test('times, lines and states as people say them', () => {
  assert.deepEqual([900, 61_000, 3_720_000].map(time), ['0 s', '1 min', '1 h 2 min']);
  assert.equal(lines({ added: 3, removed: 1 }), '+3 −1');
  assert.equal(lines({ added: 0, removed: 0 }), '');
  assert.equal(words('needs-you'), 'needs you');
});

test('variants stand below their task, and one that holds is an answer', () => {
  const tried = { ...task('a', 1), variants: ['a~1', 'a~2'] };
  const [one, two] = ['a~1', 'a~2'].map((id) => ({ ...task(id, 1), variant_of: 'a' }));
  assert.ok(one && two);
  const question = { question: 3, task: 'a', text: 'Which?', options: ['a~2', 'none'], recommendation: null, choice: true };
  const own = run('r', 'needs-you', { tasks: [tried, one, two, task('b', 1)], questions: [question] });
  assert.deepEqual(tasksOf(own).map((each) => each.id), ['a', 'b']);
  assert.deepEqual(variantsOf(own, tried).map((each) => each.id), ['a~1', 'a~2']);
  assert.deepEqual(targetsOf([{ kind: 'wave', run: own, wave: 1 }]).map((target) => target.task), ['a', 'b']);
  assert.deepEqual([tried, one, task('b', 1)].map((each) => choiceOf(own, each)?.question), [3, 3, undefined]);
  assert.deepEqual([tried, one, two].map((each) => answerFor(question, each)), [undefined, undefined, '1']);
  const compared = [{ run: 'r', folder: 'file:///w', task: 'a' }];
  assert.deepEqual(comparedBy([{ kind: 'task', run: own, task: two }, { kind: 'run', run: own }]), compared);
  assert.deepEqual(comparedBy([{ kind: 'wave', run: own, wave: 1 }]), compared);
  assert.deepEqual(comparedBy([{ kind: 'task', run: own, task: task('b', 1) }]), []);
});
