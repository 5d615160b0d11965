// Which documents the server is told of. What a file is follows from its path, and the server leaves alone
// what is no primitive; so this only has to be wide enough.

/** VS Code's own language ids of primitives. */
export const BUILT_IN_LANGUAGES = ['prompt', 'instructions', 'chatagent', 'skill'];

/**
 * The places of primitives and of what they lean on. They are asked for beside the languages: a user's
 * `files.associations` may call all of them something else, and older versions and forks do not have the ids.
 */
export const PATTERNS = [
  '**/*.{agent,chatmode,prompt,instructions,spec,plan,memory,context}.md',
  '**/{AGENTS,CLAUDE,CLAUDE.local,GEMINI,SKILL,copilot-instructions}.md',
  '**/{.github,.claude,.copilot}/agents/*.md',
  '**/.claude/{commands,rules}/**/*.md',
  '**/.github/workflows/*.md',
  '**/{plan,plans,specs}/**/*.md',
  '**/*.plan.json',
  '**/{mcp,.mcp,mcp-config}.json',
  '**/segue.toml',
];

/** A part of a document selector; only files are served, never what a diff or a virtual file system shows. */
export interface Filter {
  scheme: 'file';
  language?: string;
  pattern?: string;
}

/** The document selector of the client. */
export function selector(): Filter[] {
  // All Markdown: a primitive's links lead to plain pages, whose headings can be renamed there.
  const languages = ['markdown', ...BUILT_IN_LANGUAGES];
  return [
    ...languages.map((language): Filter => ({ scheme: 'file', language })),
    ...PATTERNS.map((pattern): Filter => ({ scheme: 'file', pattern })),
  ];
}

/**
 * Whether a file belongs to an extension or to the editor itself. Nobody who sees findings there could do
 * anything about them.
 */
export function isOfTheEditor(path: string): boolean {
  const unix = path.replaceAll('\\', '/');
  return /\/(globalStorage|workspaceStorage)\//.test(unix) || /\/\.(vscode|vscode-[^/]+|cursor|windsurf)\/extensions\//.test(unix);
}
