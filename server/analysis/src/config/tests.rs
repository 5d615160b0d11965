//! What is read from `segue.toml`, and what is said of mistakes in it.

use crate::disk::Disk;
use crate::fixture::{self, MemoryDisk};
use crate::{Host, Options, World};
use segue_catalog::{ClientSet, Severity, catalog};
use std::sync::Arc;

fn world(fixture: &str) -> Arc<World> {
    Host::open(Arc::new(fixture::disk(fixture)), Options::default(), &|_| ()).snapshot()
}

/// The findings on a lone `segue.toml`: `token`, and the beginning of the message.
fn told(text: &str) -> Vec<(String, String)> {
    let disk = MemoryDisk::default();
    disk.write("segue.toml", text);
    let world = Host::open(Arc::new(disk) as Arc<dyn Disk>, Options::default(), &|_| ()).snapshot();
    let text = world.config_text("segue.toml").unwrap();
    let findings = world.config_findings().into_iter();
    findings.map(|(_, finding)| (finding.span.of(&text).to_owned(), finding.message)).collect()
}

#[test]
fn mistakes_are_told_at_their_token() {
    let cases = [
        // Syntax: an error, never empty, never the next line.
        ("clients = [\"vscode\"", "\"", "This is not TOML"),
        ("clients = ", " ", "This is not TOML"),
        ("a b\n[known]\n", "", "This is not TOML"),
        ("clients = []\nclients = []\n", "clients", "This is not TOML: duplicate key"),
        // Keys.
        (
            "excludes = []",
            "excludes",
            "There is no setting `excludes` in segue.toml. Did you mean `exclude`?",
        ),
        (
            "user-files = true",
            "user-files",
            "There is no setting `user-files` in segue.toml. Did you mean `userFiles`?",
        ),
        ("zebra = 1", "zebra", "There is no setting `zebra` in segue.toml."),
        ("[known]\ntool = []", "tool", "There is no setting `tool` in `known`. Did you mean `tools`?"),
        (
            "[[overrides]]\npath = []",
            "path",
            "There is no setting `path` in `overrides`. Did you mean `paths`?",
        ),
        ("[agents.x]\nacpp = []", "acpp", "There is no setting `acpp` in `agents`. Did you mean `acp`?"),
        (
            "[orchestrator]\njob = 2",
            "job",
            "There is no setting `job` in `orchestrator`. Did you mean `jobs`?",
        ),
        (
            "[orchestrator]\nbackof-first = 2",
            "backof-first",
            "There is no setting `backof-first` in `orchestrator`. Did you mean `backoff-first`?",
        ),
        ("[orchestrator]\nzebra = 2", "zebra", "There is no setting `zebra` in `orchestrator`."),
        // Types.
        ("clients = \"vscode\"", "\"vscode\"", "`clients` has to be a list of clients, not a string."),
        ("exclude = [1]", "1", "Every item of this list has to be a string."),
        ("userFiles = \"yes\"", "\"yes\"", "`userFiles` has to be `true` or `false`, not a string."),
        ("known = []", "[]", "`known` has to be a table, not a list."),
        ("overrides = {}", "{}", "`overrides` has to be a list of tables, not a table."),
        ("agents = { x = 1 }", "1", "`x` has to be a table, not a number."),
        ("review = { auditor = 1 }", "1", "`auditor` has to be a string, not a number."),
        ("orchestrator = { jobs = 0 }", "0", "`jobs` lies between 1 and 1000."),
        (
            "orchestrator = { jobs = 1.5 }",
            "1.5",
            "`jobs` has to be a whole number from 1 to 1000, not a number.",
        ),
        (
            "orchestrator = { replans = -1 }",
            "-1",
            "`replans` has to be a whole number from 0 to 10, not this number.",
        ),
        ("[orchestrator]\nattempts = 101", "101", "`attempts` lies between 1 and 100."),
        (
            "[orchestrator]\nbackoff-first = \"2\"",
            "\"2\"",
            "`backoff-first` has to be a whole number from 0 to 3600, not a string.",
        ),
        ("extend = 1", "1", "`extend` has to be a path, not a number."),
        // Values.
        ("clients = [\"vs-code\"]", "vs-code", "There is no client `vs-code`. The clients are"),
        ("exclude = [\"a/[b\"]", "a/[b", "`a/[b` is no glob"),
        (
            "[agents.x]\npreset = \"codec\"",
            "codec",
            "There is no preset `codec`. The presets are `opencode`,",
        ),
        (
            "[rules]\n\"link/mising-file\" = \"off\"",
            "link/mising-file",
            "There is no rule `link/mising-file`. Did you mean `link/missing-file`?",
        ),
        ("[rules]\n\"nothing/*\" = \"off\"", "nothing/*", "There is no rule `nothing/*`."),
        ("[rules]\n\"link/missing-file\" = \"warn\"", "warn", "`warn` is none of"),
        ("[rules]\n\"link/missing-file\" = false", "false", "A severity is one of"),
        ("[rules]\nlink = { missing-file = \"off\" }", "link", "There is no rule `link`."),
        // Extending.
        ("extend = \"other.toml\"", "other.toml", "There is no file `other.toml` to extend."),
        ("extend = \"../segue.toml\"", "../segue.toml", "`../segue.toml` lies outside the workspace."),
        ("extend = \"/etc/segue.toml\"", "/etc/segue.toml", "`/etc/segue.toml` lies outside the workspace."),
        ("extend = \"~/segue.toml\"", "~/segue.toml", "`~/segue.toml` lies outside the workspace."),
        ("extend = \"./segue.toml\"", "./segue.toml", "`./segue.toml` leads back here"),
    ];
    for (text, token, message) in cases {
        let told = told(text);
        let found = told
            .iter()
            .any(|(found, said)| (token.is_empty() || found == token) && said.starts_with(message));
        assert!(found, "{text:?}: {told:#?}");
        assert!(
            told.iter().all(|(token, _)| !token.is_empty() && !token.contains('\n')),
            "{text:?}: {told:?}"
        );
    }
}

#[test]
fn what_is_right_is_not_told() {
    let text = "extend = '''base.toml'''\nclients = ['copilot-cli']\nexclude = ['a/**', 'b']\nuserFiles = false\nformat.frontmatter = true\n\
        [rules]\n\"link/*\" = 'hint'\n\"link/missing-file\" = 'error'\n[[overrides]]\npaths = ['c']\nrules = {}\n\
        [known]\ntools = ['acme/*']\n[agents.a]\ncommand = ['x']\ntimeout = 60\n[agents.'b c']\npreset = 'codex'\nmode = 'read-only'\n\
        [orchestrator]\njobs = 0x10\nbackoff-first = 0\nsetup = 'npm ci'\nworktrees = '../w'\n[review]\nplan-auditor = 'P'\n";
    let world =
        world(&format!("//- segue.toml\n{text}//- base.toml\nclients = ['claude']\nknown.keys = ['k']\n"));
    assert_eq!(world.config_findings(), []);
    let config = world.config("x.md");
    assert_eq!(config.clients, Some(ClientSet::of(&[segue_catalog::ClientId::CopilotCli])));
    assert_eq!((config.user_files, config.orchestrator.jobs), (Some(false), Some(16)));
    assert_eq!(config.format_frontmatter, Some(true));
    assert!(config.excludes("a/x.md") && config.excludes("b/x.md") && !config.excludes("ab/x.md"));
    assert_eq!(
        (config.known.tools.as_slice(), config.known.keys.as_slice()),
        (&["acme/*".to_owned()][..], &["k".to_owned()][..])
    );
    assert_eq!(config.agents.keys().collect::<Vec<_>>(), ["a", "b c"]);
    let own = &config.orchestrator;
    assert_eq!((own.setup.as_deref(), own.worktrees.as_deref()), (Some("npm ci"), Some("../w")));
    let numbers: Vec<_> = own.numbers.iter().map(|(name, number)| (name.as_str(), *number)).collect();
    assert_eq!(numbers, [("backoff-first", 0), ("jobs", 16)]);
    assert_eq!(config.review["plan-auditor"], "P");
}

#[test]
fn a_syntax_error_is_an_error_and_the_rest_holds() {
    let world = world("//- segue.toml\nclients = [\"claude\"]\nexclude = [\n[known]\n");
    assert!(world.config_findings().iter().any(|(_, finding)| finding.severity == Severity::Error));
    assert!(world.config("x").clients.is_some());
}

#[test]
fn settings_can_silence_findings_about_settings() {
    assert_eq!(told("zebra = 1\n[rules]\n\"segue/config\" = \"off\"").len(), 0);
}

#[test]
fn the_nearest_file_wins_and_merges_only_where_it_says_so() {
    let (missing, _) = catalog().rule("link/missing-file").unwrap();
    let world = world(
        "//- segue.toml\nexclude = ['old/**']\n[rules]\n'link/missing-file' = 'error'\n\
         [[overrides]]\npaths = ['docs/**']\nrules = { 'link/missing-file' = 'hint' }\n\
         //- alone/segue.toml\nclients = []\n\
         //- child/segue.toml\nextend = '../segue.toml'\nexclude = ['old/**']\n\
         [[overrides]]\npaths = ['deep']\nrules = { 'link/missing-file' = 'off' }\n",
    );
    let severity = |path: &str| world.config(path).severity(missing, Severity::Warning, path);
    assert_eq!(severity("a.md"), Some(Severity::Error));
    assert_eq!(severity("docs/a.md"), Some(Severity::Hint));
    assert_eq!(severity("alone/a.md"), Some(Severity::Warning));
    assert_eq!(severity("alone/docs/a.md"), Some(Severity::Warning));
    assert_eq!(severity("child/a.md"), Some(Severity::Error));
    assert_eq!(severity("child/docs/a.md"), Some(Severity::Error), "globs count from their own file");
    assert_eq!(severity("child/deep/a.md"), None);
    let excludes = |path: &str| world.config(path).excludes(path);
    assert!(excludes("old/a.md") && excludes("child/old/a.md"));
    assert!(!excludes("alone/old/a.md") && !excludes("child/x/old/a.md"));
}

#[test]
fn problems_of_an_extended_file_are_told_once() {
    let of = |base: &str| {
        let world = world(&format!("//- a/segue.toml\nextend = '../{base}'\n//- {base}\nzebra = 1\n"));
        let found = world.config_findings();
        found.into_iter().map(|(path, finding)| format!("{path}: {}", finding.message)).collect::<Vec<_>>()
    };
    assert_eq!(of("segue.toml"), ["segue.toml: There is no setting `zebra` in segue.toml."]);
    assert_eq!(of("base.toml"), ["a/segue.toml: In `base.toml`: There is no setting `zebra` in segue.toml."]);
}

#[test]
fn circles_end() {
    let world =
        world("//- a/segue.toml\nextend = '../b/segue.toml'\n//- b/segue.toml\nextend = '../a/segue.toml'\n");
    let told: Vec<_> = world.config_findings().into_iter().map(|(path, _)| path.to_string()).collect();
    assert_eq!(told, ["a/segue.toml", "b/segue.toml"]);
}

#[test]
fn excluded_files_are_known_and_not_judged() {
    let fixture = "//- segue.toml\nexclude = ['old']\n//- old/x.prompt.md\n[gone](gone.md)\n\
                   //- y.prompt.md\n[there](old/x.prompt.md)\n";
    assert_eq!(fixture::findings(fixture), "");
    assert!(fixture::findings(&fixture.replace("exclude", "#")).contains("link/missing-file"));
}
