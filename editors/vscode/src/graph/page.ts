// The graph in its webview: drawn in the colours of the theme, walked through by keyboard.

import type { Graph } from './data.ts';

/** Mermaid, which its own script in the page makes. */
declare const mermaid: {
  initialize(options: Record<string, unknown>): void;
  render(id: string, text: string): Promise<{ svg: string }>;
};
declare function acquireVsCodeApi(): { postMessage(message: unknown): void };

const host = acquireVsCodeApi();
const picture = document.getElementById('picture') as HTMLElement;
const said = document.getElementById('said') as HTMLElement;
let graph: Graph | undefined;
let size = 1;
let drawings = 0;

/** A colour of the theme; the first that it has. */
function colour(...names: string[]): string {
  const style = getComputedStyle(document.documentElement);
  return names.map((name) => style.getPropertyValue(`--vscode-${name}`).trim()).find(Boolean) ?? '#888888';
}

async function draw(): Promise<void> {
  if (!graph) return;
  const focused = focusedNode();
  const text = colour('editor-foreground');
  const background = colour('editor-background');
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: 'strict',
    theme: 'base',
    fontFamily: 'var(--vscode-font-family)',
    themeVariables: {
      background,
      primaryColor: colour('editorWidget-background', 'editor-background'),
      primaryTextColor: text,
      primaryBorderColor: colour('contrastBorder', 'textLink-foreground', 'focusBorder'),
      lineColor: colour('editorLineNumber-foreground', 'editor-foreground'),
      edgeLabelBackground: background,
      tertiaryColor: background,
      textColor: text,
    },
  });
  drawings += 1;
  try {
    const { svg } = await mermaid.render(`drawing${drawings}`, graph.mermaid);
    picture.innerHTML = svg;
    equip(graph);
    resize();
    nodeAt(focused ?? -1)?.focus();
    said.textContent = graph.nodes.length === 0 ? 'There are no prompts, agents or skills here.' : '';
  } catch (failure) {
    said.textContent = `The graph cannot be drawn: ${String(failure)}`;
  }
}

/** Makes the nodes of the picture something that can be reached, named and chosen. */
function equip(graph: Graph): void {
  graph.nodes.forEach((node, at) => {
    const group = nodeAt(at);
    if (!group) return;
    const leads = (graph.leads[at] ?? []).map((to) => graph.nodes[to]?.name).join(', ');
    group.setAttribute('tabindex', at === 0 ? '0' : '-1');
    group.setAttribute('role', node.path ? 'link' : 'img');
    group.setAttribute('aria-label', `${node.kind} ${node.name}${leads ? `, leads to ${leads}` : ''}`);
    group.dataset.at = String(at);
  });
}

function nodeAt(at: number): SVGGElement | null {
  return picture.querySelector<SVGGElement>(`g.node[id*="flowchart-n${at}-"]`);
}

function focusedNode(): number | undefined {
  const own = document.activeElement?.closest<SVGGElement>('g.node')?.dataset.at;
  return own === undefined ? undefined : Number(own);
}

function go(at: number | undefined): void {
  const group = at === undefined ? null : nodeAt(at);
  if (!group) return;
  picture.querySelectorAll('g.node').forEach((node) => node.setAttribute('tabindex', '-1'));
  group.setAttribute('tabindex', '0');
  group.focus();
  group.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

function resize(): void {
  const svg = picture.querySelector('svg');
  const box = svg?.viewBox.baseVal;
  if (svg && box) {
    svg.setAttribute('width', String(box.width * size));
    svg.setAttribute('height', String(box.height * size));
  }
}

function scale(by: number): void {
  size = Math.min(4, Math.max(0.2, size * by));
  resize();
}

function open(at: number | undefined): void {
  if (at !== undefined && graph?.nodes[at]?.path) host.postMessage({ open: at });
}

document.addEventListener('keydown', (event) => {
  if (event.key === '+' || event.key === '=') scale(1.25);
  else if (event.key === '-') scale(0.8);
  const at = focusedNode();
  if (at === undefined || !graph) return;
  const around = graph.nodes.length;
  const back = graph.leads.findIndex((leads) => leads.includes(at));
  switch (event.key) {
    case 'ArrowRight': go(graph.leads[at]?.[0]); break;
    case 'ArrowLeft': go(back < 0 ? undefined : back); break;
    case 'ArrowDown': go((at + 1) % around); break;
    case 'ArrowUp': go((at + around - 1) % around); break;
    case 'Home': go(0); break;
    case 'End': go(around - 1); break;
    case 'Enter': case ' ': open(at); break;
    default: return;
  }
  event.preventDefault();
});

picture.addEventListener('click', (event) => {
  const own = (event.target as Element).closest<SVGGElement>('g.node')?.dataset.at;
  if (own !== undefined) {
    go(Number(own));
    open(Number(own));
  }
});
document.getElementById('larger')?.addEventListener('click', () => scale(1.25));
document.getElementById('smaller')?.addEventListener('click', () => scale(0.8));
document.getElementById('tools')?.addEventListener('change', (event) => host.postMessage({ tools: (event.target as HTMLInputElement).checked }));
window.addEventListener('message', ({ data }: MessageEvent<{ graph?: Graph; failure?: string }>) => {
  if (data.failure) said.textContent = data.failure;
  if (data.graph) {
    graph = data.graph;
    void draw();
  }
});
// Another theme: VS Code changes the class and the variables of the page.
new MutationObserver(() => void draw()).observe(document.body, { attributes: true, attributeFilter: ['class'] });
host.postMessage({});
