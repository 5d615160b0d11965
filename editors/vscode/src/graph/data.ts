// The graph of agents as the server's program tells it.

import { execFile } from 'node:child_process';

/** A node of `segue graph --format json`, as far as it is used here. */
export interface Node {
  kind: 'prompt' | 'agent' | 'skill' | 'tool' | 'server';
  name: string;
  /** From the top of the folder; null for what is not defined there. */
  path: string | null;
}

/** The graph: a picture in Mermaid, whose node `nX` is the one at X, and what the nodes are. */
export interface Graph {
  mermaid: string;
  nodes: Node[];
  /** By node, the nodes that it leads to. */
  leads: number[][];
}

const MOST = 64 * 1024 * 1024;

function ask(program: string, folder: string, words: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, ['graph', ...words], { cwd: folder, maxBuffer: MOST, windowsHide: true }, (error, output, said) => {
      if (error) reject(new Error(said.trim() || error.message));
      else resolve(output);
    });
  });
}

/** The graph of a folder. */
export async function graphOf(program: string, folder: string, tools: boolean): Promise<Graph> {
  const less = tools ? [] : ['--no-tools'];
  const [mermaid, data] = await Promise.all([
    ask(program, folder, ['--format', 'mermaid', ...less]),
    ask(program, folder, ['--format', 'json', ...less]),
  ]);
  return joined(mermaid, data);
}

/** Puts the picture and the data together. */
export function joined(mermaid: string, data: string): Graph {
  const { nodes, edges } = JSON.parse(data) as { nodes: (Node & { id: string })[]; edges: { from: string; to: string }[] };
  const places = new Map(nodes.map((node, at) => [node.id, at]));
  const leads = nodes.map((): number[] => []);
  for (const { from, to } of edges) {
    const [source, target] = [places.get(from), places.get(to)];
    if (source !== undefined && target !== undefined) leads[source]?.push(target);
  }
  // Who somebody hands over to comes before the tools that they use.
  const rank = (at: number) => (nodes[at]?.path ? 0 : 1);
  const ordered = leads.map((own) => [...new Set(own)].sort((one, other) => rank(one) - rank(other)));
  return { mermaid, nodes: nodes.map(({ kind, name, path }) => ({ kind, name, path })), leads: ordered };
}
