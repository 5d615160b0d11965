//! Small made-up workspaces: paths and texts that have to do with each other.

/// SplitMix64: small, seeded, the same everywhere.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
}

const WORDS: &[&str] = &["alpha", "beta", "gamma", "delta", "Alpha", "alpah", "omega", "kappa"];
const HEADINGS: &[&str] = &["Rules", "Setup", "Rules", "Naming & style", "API", "Tests", "Épreuves", "rules"];
const TOPS: &[&str] = &["", "pkg/one/", "pkg/two/", "deep/er/still/"];

/// A path from a pool so small that files meet again and again.
pub fn path(random: &mut Random, pool: usize) -> String {
    let top = TOPS[random.below(TOPS.len())];
    let word = random.pick(WORDS);
    let n = random.below(pool);
    let below = match random.below(25) {
        0 | 1 => format!(".github/agents/{word}{n}.agent.md"),
        2 => format!(".claude/agents/{word}{n}.md"),
        3 | 4 => format!(".github/prompts/{word}{n}.prompt.md"),
        5 | 6 => format!(".github/instructions/{word}{n}.instructions.md"),
        7 => format!(".github/skills/{word}{n}/SKILL.md"),
        8 | 9 => format!("docs/{word}{n}.memory.md"),
        10 => format!("docs/{word}{n}.context.md"),
        11 | 12 => format!("docs/{word}{n}.md"),
        13 => "AGENTS.md".to_owned(),
        14 => "CLAUDE.md".to_owned(),
        15 => ".vscode/mcp.json".to_owned(),
        16 => format!("specs/{n}/tasks.md"),
        17 => format!("specs/{n}/{}.md", random.pick(&["spec", "plan"])),
        18 => format!("plan/{word}{n}.md"),
        19 | 22 | 23 => format!(".github/workflows/{word}{n}.md"),
        24 => format!(".github/workflows/{word}{n}{}", random.pick(&[".yml", ".lock.yml"])),
        20 => format!("src/{word}{n}.rs"),
        _ => format!("docs/{word}{n}.spec.md"),
    };
    format!("{top}{below}")
}

/// A text that fits the path, more or less.
pub fn text(random: &mut Random, path: &str, pool: usize) -> String {
    if path.ends_with(".json") {
        let (one, two) = (random.pick(WORDS), random.pick(WORDS));
        return format!("{{\"servers\": {{\"{one}\": {{\"command\": \"x\"}}, \"{two}\": {{}}}}}}");
    }
    let mut text = header(random, path, pool);
    for _ in 0..random.below(4) {
        let heading = random.pick(HEADINGS);
        text += &format!("\n## {heading}\n\nSome words.\n");
        for _ in 0..random.below(3) {
            text += &link(random, path, pool);
        }
    }
    if random.one_in(12) {
        text += "\n<!-- segue-ignore link/missing-file -->\n";
        text += &link(random, path, pool);
    }
    text
}

fn header(random: &mut Random, path: &str, pool: usize) -> String {
    let word = |random: &mut Random| format!("{}{}", random.pick(WORDS), random.below(pool));
    let (one, two) = (word(random), word(random));
    let name = if random.one_in(2) { format!("name: {one}\n") } else { String::new() };
    let hidden = if random.one_in(5) { "user-invocable: false\n" } else { "" };
    let body = if path.contains("agents/") {
        format!(
            "description: d\n{name}{hidden}tools: [search, {one}/x, agent]\nagents: [{one}, {two}]\n\
             handoffs:\n  - label: go\n    agent: {two}\n    prompt: p\n"
        )
    } else if path.ends_with(".prompt.md") {
        format!("description: d\n{name}agent: {one}\ntools: ['{two}/*']\n")
    } else if path.ends_with(".instructions.md") {
        format!(
            "applyTo: '{}'\n",
            random.pick(&["**", "src/**/*.rs", "docs/*.md", "nothing/**", "[", "specs/1/**"])
        )
    } else if path.ends_with("SKILL.md") {
        format!("name: {one}\ndescription: d\n")
    } else if path.contains("workflows/") {
        let (header, body) = workflow(random, &one, &two);
        return format!("---\n{header}---\n{body}");
    } else if path.contains("plan/") {
        random.pick(&["goal: ship\n", "title: x\n"]).to_owned()
    } else {
        return String::new();
    };
    format!("---\n{body}---\n")
}

/// A workflow that starts, imports and names others.
fn workflow(random: &mut Random, one: &str, two: &str) -> (String, String) {
    let on = random.pick(&[
        "on: push\nengine: copilot\n",
        "title: x\n",
        "engine: copilot\npermissions: read-all\n",
        "on: workflow_dispatch\n",
        "on:\n  workflow_dispatch:\n    inputs:\n      issue: {required: true}\n",
    ]);
    let rest = match random.below(4) {
        0 => String::new(),
        1 => format!("imports:\n  - {one}.md\n"),
        2 => format!("safe-outputs:\n  dispatch-workflow:\n    workflows: [{one}, {two}]\n"),
        _ => format!("timeout-minutes: 3\nsafe-outputs:\n  dispatch-workflow: [{one}]\n"),
    };
    let body = match random.below(3) {
        0 => format!("Dispatch `{two}`.\n"),
        1 => format!("Run `gh workflow run {two} -f number=1`.\n"),
        _ => String::new(),
    };
    (format!("{on}{rest}"), body)
}

/// A line that refers to some other file.
pub fn link(random: &mut Random, from: &str, pool: usize) -> String {
    let mut to = self::path(random, pool);
    if random.one_in(8) {
        to = to.replace("docs/", "Docs/");
    }
    let up = "../".repeat(from.matches('/').count());
    let target = match random.below(6) {
        0 => format!("/{to}"),
        1 => format!("{up}docs"),
        2 => from.rsplit('/').next().unwrap_or_default().to_owned(),
        _ => format!("{up}{to}"),
    };
    let anchor = match random.below(3) {
        0 => String::new(),
        _ => format!("#{}", random.pick(&["rules", "setup", "rules-1", "api", "none", "naming--style"])),
    };
    match random.below(6) {
        0 => format!("\nSee #file:{to} for more.\n"),
        1 => format!("\n@{target}\n"),
        2 => format!("\n[label]: {target}{anchor}\n\n[t][label]\n"),
        _ => format!("\n[t]({target}{anchor})\n"),
    }
}

/// The text after some edit.
pub fn edited(random: &mut Random, text: &str, path: &str, pool: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let at = random.below(lines.len() + 1);
    let mut lines: Vec<String> = lines.into_iter().map(str::to_owned).collect();
    match random.below(7) {
        0 => lines.insert(at, format!("\n## {}\n", random.pick(HEADINGS))),
        1 | 2 => lines.insert(at, link(random, path, pool)),
        3 | 4 if at < lines.len() => drop(lines.remove(at)),
        5 => return self::text(random, path, pool),
        _ => {
            if let Some(line) =
                lines.iter_mut().find(|line| line.starts_with("## ") || line.starts_with("name:"))
            {
                line.push('x');
            } else {
                lines.insert(at, "words ".to_owned());
            }
        }
    }
    lines.join("\n")
}

/// Settings, some of them wrong.
pub fn settings(random: &mut Random) -> String {
    random
        .pick(&[
            "exclude = ['pkg/one/**']\n",
            "[rules]\n'link/*' = 'off'\n",
            "extend = '../../segue.toml'\n[rules]\n'link/missing-file' = 'error'\n",
            "extend = '../two/segue.toml'\n",
            "extend = '/docs/base.toml'\n",
            "clients = ['claude']\nzebra = 1\n",
            "[known]\nagents = ['alpha*']\n",
            "clients = [",
        ])
        .to_owned()
}
