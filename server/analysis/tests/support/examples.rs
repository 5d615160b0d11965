//! Plans of our own in all formats, and what a person counts in each.

use std::collections::BTreeMap;

pub const FILES: &[(&str, &str)] = &[
    ("spec", include_str!("../plans/spec.txt")),
    ("prompt", include_str!("../plans/prompt.txt")),
    ("spec-kit", include_str!("../plans/spec-kit.txt")),
    ("implementation-plan", include_str!("../plans/implementation-plan.txt")),
    ("kiro", include_str!("../plans/kiro.txt")),
    ("openspec", include_str!("../plans/openspec.txt")),
    ("controlflow", include_str!("../plans/controlflow.txt")),
    ("controlflow-json", include_str!("../plans/controlflow-json.txt")),
    ("orchestra", include_str!("../plans/orchestra.txt")),
];

pub struct Example {
    pub format: &'static str,
    pub path: String,
    pub counted: BTreeMap<String, String>,
    pub text: String,
}

pub fn examples() -> Vec<Example> {
    let of_file = |(format, file): &(&'static str, &str)| -> Vec<Example> {
        let parts = format!("\n{file}");
        let parts = parts.split("\n=== ").skip(1);
        parts
            .map(|part| {
                let (head, text) = part.split_once("\n---\n").unwrap();
                let mut lines = head.lines();
                let path = lines.next().unwrap().to_owned();
                let counted = lines
                    .filter(|line| !line.starts_with('#'))
                    .map(|line| line.split_once(':').unwrap())
                    .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
                    .collect();
                let text = text.replace('␍', "\r").replace("<BOM>", "\u{feff}");
                Example { format, path, counted, text }
            })
            .collect()
    };
    FILES.iter().flat_map(of_file).collect()
}
