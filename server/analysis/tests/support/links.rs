//! Every form of a link, in every place, with every kind of target.

/// How a destination is written; `{}` stands for it.
const FORMS: &[(&str, &str)] = &[
    ("inline", "[text]({})"),
    ("angle", "[text](<{}>)"),
    ("title", "[text]({} \"a title\")"),
    ("image", "![alt]({})"),
    ("code in its text", "[`a](b`]({})"),
    ("brackets in its text", "[a [b] c]({})"),
    ("around an image", "[![alt](i.png)]({})"),
    ("text over two lines", "[one\ntwo]({})"),
    ("full reference", "[text][ref]"),
    ("collapsed reference", "[ref][]"),
    ("shortcut", "[ref]"),
    ("image reference", "![alt][ref]"),
    ("file reference", "#file:{}"),
    ("import", "@{}"),
];

/// Where it stands.
const PLACES: &[(&str, &str)] = &[
    ("body", "Before {} after.\n"),
    ("after wide characters", "😀😀 ööö 漢字 {} after.\n"),
    ("list", "- one\n- {}\n  - {}\n"),
    ("task", "- [ ] {}\n"),
    ("table", "| a | b |\n|---|---|\n| x | {} |\n"),
    ("quote", "> Quoted {}\n"),
    ("list in a quote", "> - {}\n"),
    ("heading", "## About {}\n"),
    ("html", "<details>\n\n{}\n\n</details>\n"),
    ("inline html", "A <b>bold</b> {} word.\n"),
    ("emphasis", "Some *{}* here.\n"),
    ("line ends", "Before\r\n{}\r\nafter\r\n"),
];

/// Where it leads: the destination, the path part, the anchor part, and what defines each.
const TARGETS: &[(&str, &str, Option<&str>, Option<&str>)] = &[
    ("../docs/b.md", "../docs/b.md", Some("docs/b.md:"), None),
    ("../docs/b.md#one-two", "../docs/b.md", Some("docs/b.md:"), Some("docs/b.md:One *Two*")),
    ("../docs/b.md#dup-1", "../docs/b.md", Some("docs/b.md:"), Some("docs/b.md:Dup!")),
    ("../docs/b.md#by-hand", "../docs/b.md", Some("docs/b.md:"), Some("docs/b.md:by-hand")),
    ("../docs/b.md#gone", "../docs/b.md", Some("docs/b.md:"), Some("docs/b.md:")),
    ("/docs/b.md#one-two", "/docs/b.md", Some("docs/b.md:"), Some("docs/b.md:One *Two*")),
    ("../docs/a%20b.md#%C3%BCber", "../docs/a%20b.md", Some("docs/a b.md:"), Some("docs/a b.md:Über")),
    ("../docs/c(1).md", "../docs/c(1).md", Some("docs/c(1).md:"), None),
    ("../docs/B.md", "../docs/B.md", Some("docs/b.md:"), None),
    ("../docs/b", "../docs/b", Some("docs/b.md:"), None),
    ("../docs/", "../docs/", Some("docs/README.md:"), None),
    ("../docs", "../docs", Some("docs/README.md:"), None),
    ("../src/main.rs#L2", "../src/main.rs", Some("src/main.rs:"), Some("src/main.rs:")),
    ("../docs/gone.md", "../docs/gone.md", None, None),
];

pub const WORKSPACE: &str = "//- docs/b.md\n# One *Two*\n\n# Dup\n\n# Dup!\n\n<a name=\"by-hand\"></a>\n\
    //- docs/a b.md\n# Über\n//- docs/c(1).md\n//- docs/README.md\n# Docs\n//- src/main.rs\nfn\nmain\n";

/// A file with a link in it.
pub struct Case<'c> {
    /// For messages.
    pub name: String,
    /// The text of the file, which is `pkg/AGENTS.md`.
    pub text: String,
    /// The destination.
    pub target: &'c str,
    /// Its path.
    pub path: &'c str,
    /// What the path leads to, as `path:`.
    pub file: Option<&'c str>,
    /// What the anchor leads to, as `path:text`.
    pub anchor: Option<&'c str>,
}

/// Looks at each case; their number.
pub fn each(mut check: impl FnMut(&Case<'_>)) -> usize {
    let mut count = 0;
    for (form, link) in FORMS {
        for (place, around) in PLACES {
            for (target, path, file, anchor) in TARGETS {
                if is_impossible(form, place, target, *file) {
                    continue;
                }
                let mut text = around.replace("{}", &link.replace("{}", target));
                if link.contains("ref]") {
                    text += &format!("\n[ref]: {target}\n");
                }
                count += 1;
                let name = format!("{form} in {place}: {text:?}");
                check(&Case { name, text, target, path, file: *file, anchor: *anchor });
            }
        }
    }
    count
}

/// What cannot be written, or is something else where it stands.
fn is_impossible(form: &str, place: &str, target: &str, file: Option<&str>) -> bool {
    // A blank or bracket cannot stand unwrapped where only words stand.
    let word = matches!(form, "file reference" | "import");
    let one_line = place == "heading" || place == "table";
    let no_word =
        target.contains('(') || place == "inline html" || !target.contains('.') || target.contains('#');
    (word && (no_word || place == "emphasis"))
        || (form == "import" && file.is_none_or(|file| !file.ends_with(".md:")))
        || (form == "import"
            && (target.ends_with('/') || target.ends_with("/docs") || target.ends_with("/b")))
        || (form == "text over two lines" && one_line)
}
