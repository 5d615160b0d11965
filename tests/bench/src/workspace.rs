//! Made-up workspaces: the same bytes for the same number of files and the same seed, everywhere.
//!
//! A file has about 4.9 KB and 41 links, as in the workspaces that other servers are measured on. Each
//! links one heading of one hub, `docs/hub.memory.md`, so that this heading has as many references as
//! there are files.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

/// The file that every other one links to.
pub const HUB: &str = "docs/hub.memory.md";

const LINKS: usize = 40;

const WORDS: &[&str] = &[
    "keep",
    "small",
    "changes",
    "tests",
    "before",
    "review",
    "names",
    "clear",
    "errors",
    "handled",
    "where",
    "they",
    "happen",
    "public",
    "types",
    "documented",
    "branches",
    "short",
    "commits",
    "one",
    "idea",
    "each",
    "measure",
    "first",
    "then",
    "cut",
    "ask",
    "when",
    "requirements",
    "conflict",
];

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n.max(1) as u64).unwrap_or_default()
    }

    fn word(&mut self) -> &'static str {
        WORDS.get(self.below(WORDS.len())).copied().unwrap_or("keep")
    }
}

/// The path of file `n`: of 100 files 15 are agents, 20 prompts, 20 instructions, 15 skills, and 30
/// memory, context and spec files.
#[must_use]
pub fn path(n: usize) -> String {
    match n % 100 {
        0..15 => format!(".github/agents/agent-{n}.agent.md"),
        15..35 => format!(".github/prompts/prompt-{n}.prompt.md"),
        35..55 => format!(".github/instructions/area-{}/rules-{n}.instructions.md", n % 50),
        55..70 => format!(".github/skills/skill-{n}/SKILL.md"),
        70..80 => format!("docs/notes-{}/lessons-{n}.memory.md", n % 50),
        80..90 => format!("docs/notes-{}/facts-{n}.context.md", n % 50),
        _ => format!("specs/feature-{n}.spec.md"),
    }
}

/// An agent's number near `n`, for those that refer to agents.
fn agent_near(random: &mut Random, files: usize) -> usize {
    let hundred = random.below(files.div_ceil(100)) * 100;
    (hundred + random.below(15)).min(files.saturating_sub(1) / 100 * 100)
}

fn header(random: &mut Random, n: usize, files: usize) -> String {
    let other = agent_near(random, files);
    match n % 100 {
        0..15 => format!(
            "---\nname: agent-{n}\ndescription: Looks after part {n} of the system\n\
             tools: [search/codebase, edit/editFiles, agent]\nagents: [agent-{other}]\n\
             handoffs:\n  - label: Go on\n    agent: agent-{other}\n    prompt: Go on with the next part.\n---\n"
        ),
        15..35 => format!(
            "---\ndescription: Does step {n} of the work\nagent: agent-{other}\ntools: [search/codebase]\n---\n"
        ),
        35..55 => format!(
            "---\ndescription: Rules for part {n}\napplyTo: '**/part-{n}/**/*.ts,**/part-{n}/**/*.tsx'\n---\n"
        ),
        55..70 => format!(
            "---\nname: skill-{n}\ndescription: Use it when part {n} has to be changed or explained.\n---\n"
        ),
        _ => String::new(),
    }
}

fn sentence(random: &mut Random, words: usize) -> String {
    let words: Vec<&str> = (0..words).map(|_| random.word()).collect();
    words.join(" ")
}

/// The text of file `n` of `files`.
#[must_use]
pub fn text(n: usize, files: usize, seed: u64) -> String {
    let mut random = Random(seed ^ (n as u64).wrapping_mul(0xD6E8_FEB8_6659_FD93));
    let own = path(n);
    let up = "../".repeat(own.matches('/').count());
    let mut text = header(&mut random, n, files);
    let _ = write!(text, "# Part {n}\n\nStart with the [shared rules]({up}{HUB}#shared-rules).\n");
    for link in 0..LINKS {
        if link % 8 == 0 {
            let _ = write!(text, "\n## Section {}\n\n", link / 8);
        }
        let to = random.below(files);
        let anchor = random.below(5);
        let before = sentence(&mut random, 6);
        let label = sentence(&mut random, 2);
        let _ = writeln!(text, "- {before} [{label}]({up}{}#section-{anchor}) `{}`", path(to), random.word());
    }
    text.push('\n');
    text
}

/// The text of the hub.
#[must_use]
pub fn hub() -> String {
    "# Hub\n\n## Shared rules\n\nWhat holds everywhere.\n\n## Section 0\n\nMore.\n".to_owned()
}

/// Writes a workspace of `files` files and the hub below `folder`; returns the bytes written.
///
/// # Errors
/// Those of the file system.
pub fn generate(folder: &Path, files: usize, seed: u64) -> io::Result<u64> {
    let mut bytes = 0;
    let mut write = |path: &str, text: &str| {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        bytes += text.len() as u64;
        std::fs::write(path, text)
    };
    write(HUB, &hub())?;
    for n in 0..files {
        write(&path(n), &text(n, files, seed))?;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_files_of_the_wanted_size() {
        let total: usize = (0..1_000).map(|n| text(n, 1_000, 1).len()).sum();
        assert_eq!(total, (0..1_000).map(|n| text(n, 1_000, 1).len()).sum::<usize>());
        assert!((4_600..5_200).contains(&(total / 1_000)), "{} bytes a file", total / 1_000);
        assert_eq!(text(7, 1_000, 1).matches("](").count(), LINKS + 1);
        assert_ne!(text(7, 1_000, 1), text(7, 1_000, 2));
    }
}
