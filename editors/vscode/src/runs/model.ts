// Runs as the server tells of them (docs/runs-protocol.md), and what a view makes of them. Knows nothing of VS Code.

/** The state of a run. */
export type RunState =
  | 'planning' | 'queued' | 'working' | 'needs-you' | 'interrupted'
  | 'complete' | 'rejected' | 'abstained' | 'escalated' | 'cancelled';

export interface Task {
  id: string;
  title: string;
  wave: number;
  state: string;
  agent: string | null;
  attempts: number;
  milliseconds: number;
  files: string[];
  added: number;
  removed: number;
  branch: string | null;
  worktree: string | null;
  /** The ids under which it is tried side by side; none where it is tried once. */
  variants: string[];
  /** Of such a try its task. */
  variant_of: string | null;
}

export interface Gate {
  gate: number;
  kind: string;
  task: string | null;
  text: string;
}

export interface Question {
  question: number;
  task: string | null;
  text: string;
  options: string[];
  recommendation: string | null;
  /** Whether it asks which variant of its task goes on: one of the options answers it, and nothing else. */
  choice: boolean;
}

export interface Run {
  run: string;
  folder: string;
  uri: string | null;
  plan: string;
  title: string;
  state: RunState;
  over: boolean;
  alive: boolean;
  /** The number of its last event. */
  seq: number;
  begun: string;
  milliseconds: number;
  done: number;
  added: number;
  removed: number;
  tasks: Task[];
  gates: Gate[];
  questions: Question[];
  /** How many lessons its agents told. */
  lessons: number;
}

/** The notification `segue/runs`, and each entry of the answer to `segue/runs/list`. */
export interface Told {
  folder: string;
  runs: Run[];
  gone?: string[];
}

/** A run with what a server says nothing of that is older than this extension. */
function whole(run: Run): Run {
  const task = (own: Task): Task => ({ ...own, variants: own.variants ?? [], variant_of: own.variant_of ?? null });
  const question = (own: Question): Question => ({ ...own, choice: own.choice ?? false });
  return { ...run, lessons: run.lessons ?? 0, tasks: run.tasks.map(task), questions: run.questions.map(question) };
}

/** A row of the view. */
export type Row =
  | { kind: 'run'; run: Run }
  | { kind: 'wave'; run: Run; wave: number }
  | { kind: 'task'; run: Run; task: Task };

/** Which runs are shown. */
export interface Filter {
  /** Groups of states; none for all. */
  states: StateGroup[];
  /** Letters that title, plan or name have. */
  text: string;
}

export type StateGroup = 'needs-you' | 'going-on' | 'stopped' | 'complete' | 'unread';

/** The group of a state. */
export function groupOf(state: RunState): StateGroup {
  switch (state) {
    case 'needs-you': return 'needs-you';
    case 'planning': case 'queued': case 'working': return 'going-on';
    case 'complete': return 'complete';
    default: return 'stopped';
  }
}

/** Names a run among all folders. */
export const keyOf = (run: Pick<Run, 'run' | 'folder'>): string => `${run.folder}#${run.run}`;

/** All runs that are known, and how far each was looked at. */
export class Runs {
  private readonly known = new Map<string, Run>();
  private readonly seen: Map<string, number>;

  constructor(seen: Record<string, number> = {}) {
    this.seen = new Map(Object.entries(seen));
  }

  /** Takes in what is told; the runs of it, whole. */
  take(told: Told): Run[] {
    const runs = told.runs.map(whole);
    for (const run of runs) this.known.set(keyOf(run), run);
    for (const run of told.gone ?? []) {
      this.known.delete(keyOf({ run, folder: told.folder }));
      this.seen.delete(keyOf({ run, folder: told.folder }));
    }
    return runs;
  }

  /** Forgets the runs: another server will tell of its own. */
  clear(): void {
    this.known.clear();
  }

  get(key: string): Run | undefined {
    return this.known.get(key);
  }

  /** The runs that a filter lets through: those that need a person first, then the newest. */
  shown(filter: Filter): Run[] {
    const text = filter.text.toLowerCase();
    const fits = (run: Run) =>
      (filter.states.length === 0 || filter.states.includes(groupOf(run.state)) || (filter.states.includes('unread') && this.isUnread(run))) &&
      (text === '' || [run.title, run.plan, run.run].some((own) => own.toLowerCase().includes(text)));
    const rank = (run: Run) => (run.state === 'needs-you' ? 0 : 1);
    return [...this.known.values()].filter(fits).sort((one, other) => rank(one) - rank(other) || (one.begun < other.begun ? 1 : -1));
  }

  /** How many wait for a person. */
  get calling(): number {
    return [...this.known.values()].filter((run) => run.state === 'needs-you').length;
  }

  /** Whether something happened since somebody looked. */
  isUnread(run: Run): boolean {
    return run.seq > (this.seen.get(keyOf(run)) ?? 0);
  }

  read(run: Run): void {
    this.seen.set(keyOf(run), run.seq);
  }

  readAll(): void {
    for (const run of this.known.values()) this.read(run);
  }

  /** What is remembered beyond this session: of runs that are still there. */
  remembered(): Record<string, number> {
    return Object.fromEntries([...this.seen].filter(([key]) => this.known.has(key)));
  }
}

/** The rows of runs as a tree has them: of one run one object, for what a tree knows it knows by the object. */
export class RunRows {
  private rows = new Map<string, Extract<Row, { kind: 'run' }>>();

  /** The rows of the runs that shall be drawn now, in their order. */
  draw(shown: Run[]): Row[] {
    const row = (run: Run) => Object.assign(this.rows.get(keyOf(run)) ?? { kind: 'run' as const }, { run });
    this.rows = new Map(shown.map((run) => [keyOf(run), row(run)]));
    return [...this.rows.values()];
  }

  /** The rows of what changed; nothing where the runs to show are others than those that are drawn, or in another order. */
  changed(shown: Run[], changed: readonly Run[]): Row[] | undefined {
    const drawn = [...this.rows.keys()];
    if (shown.length !== drawn.length || shown.some((run, at) => keyOf(run) !== drawn[at])) return undefined;
    return changed.flatMap((run) => {
      const row = this.rows.get(keyOf(run));
      return row ? [Object.assign(row, { run })] : [];
    });
  }
}

/** The tasks of a run: the variants of one stand below it and are none of their own. */
export function tasksOf(run: Run, wave?: number): Task[] {
  return run.tasks.filter((task) => task.variant_of === null && (wave === undefined || task.wave === wave));
}

/** The variants of a task. */
export function variantsOf(run: Run, task: Task): Task[] {
  return run.tasks.filter((own) => own.variant_of === task.id);
}

/** The question which variant goes on, by the task or by one of its variants. */
export function choiceOf(run: Run, task: Pick<Task, 'id' | 'variant_of'>): Question | undefined {
  return run.questions.find((own) => own.choice && own.task === (task.variant_of ?? task.id));
}

/** The answer that takes a variant: the number of its option. Nothing where it is not to be had. */
export function answerFor(question: Question, variant: Pick<Task, 'id' | 'variant_of'>): string | undefined {
  const at = variant.variant_of === null ? -1 : question.options.indexOf(variant.id);
  return at < 0 ? undefined : String(at + 1);
}

/** The tasks with variants that rows are about, each once: of a variant its task, of a run all. */
export function comparedBy(rows: Row[]): Target[] {
  const tasks = (row: Row): (string | null)[] => {
    if (row.kind === 'task') return [row.task.variant_of ?? row.task.id];
    return tasksOf(row.run, row.kind === 'wave' ? row.wave : undefined).map((task) => task.id);
  };
  const found = new Map<string, Target>();
  for (const row of rows) {
    const { run, folder } = row.run;
    const own = tasks(row);
    for (const task of tasksOf(row.run).filter((task) => task.variants.length > 0 && own.includes(task.id))) {
      found.set(`${keyOf(row.run)}/${task.id}`, { run, folder, task: task.id });
    }
  }
  return [...found.values()];
}

/** The waves of a run, in order. */
export function wavesOf(run: Run): number[] {
  return [...new Set(run.tasks.map((task) => task.wave))].sort((one, other) => one - other);
}

/** A time as people say it. */
export function time(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Added and removed lines; nothing where there are none. */
export function lines({ added, removed }: { added: number; removed: number }): string {
  return added + removed === 0 ? '' : `+${added} −${removed}`;
}

/** A state in words. */
export function words(state: string): string {
  return state === 'needs-you' ? 'needs you' : state.replaceAll('-', ' ');
}

/** Whether a task came to its end without being done, so that it can be tried again. */
export const isLost = (task: Pick<Task, 'state'>): boolean => task.state === 'failed' || task.state === 'cancelled';

/** A thing that a verb is done to. */
export interface Target {
  run: string;
  folder: string;
  task?: string;
  gate?: number;
  question?: number;
}

/** What of some rows a verb is done to: waves stand for their tasks, and nothing is named twice. */
export function targetsOf(rows: Row[]): Target[] {
  const found = new Map<string, Target>();
  for (const row of rows) {
    const { run, folder } = row.run;
    const tasks = row.kind === 'run' ? [undefined] : row.kind === 'task' ? [row.task] : tasksOf(row.run, row.wave);
    for (const task of tasks) found.set(`${folder}#${run}/${task?.id ?? ''}`, { run, folder, ...(task && { task: task.id }) });
  }
  return [...found.values()];
}

/** The runs of some rows, each once. */
export function runsOf(rows: Row[]): Run[] {
  return [...new Map(rows.map((row) => [keyOf(row.run), row.run])).values()];
}
