import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joined } from '../src/graph/data.ts';

test('nodes are known by their place, and files come before tools', () => {
  const data = {
    nodes: [
      { id: 'a.agent.md', kind: 'agent', name: 'A', path: 'a.agent.md', origin: 'workspace' },
      { id: 'tool:edit', kind: 'tool', name: 'edit', path: null, origin: 'client' },
      { id: 'b.agent.md', kind: 'agent', name: 'B', path: 'b.agent.md', origin: 'workspace' },
    ],
    edges: [
      { from: 'a.agent.md', to: 'tool:edit', kind: 'uses', labels: [] },
      { from: 'a.agent.md', to: 'b.agent.md', kind: 'starts', labels: [] },
      { from: 'a.agent.md', to: 'b.agent.md', kind: 'hands-off', labels: ['Go'] },
      { from: 'a.agent.md', to: 'gone.agent.md', kind: 'links', labels: [] },
    ],
  };
  const graph = joined('flowchart LR', JSON.stringify(data));
  assert.deepEqual(graph.leads, [[2, 1], [], []]);
  assert.deepEqual(graph.nodes[2], { kind: 'agent', name: 'B', path: 'b.agent.md' });
});
