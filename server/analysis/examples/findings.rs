//! Prints the findings of a folder, one a line: `cargo run --example findings -- DIR [CODE-PREFIX]`.

use segue_analysis::{Host, Options, RealDisk, diagnostics};
use segue_syntax::{Encoding, Lines};
use std::sync::Arc;

#[allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used)]
fn main() {
    let mut arguments = std::env::args().skip(1);
    let root = arguments.next().expect("a folder");
    let prefix = arguments.next().unwrap_or_default();
    let host = Host::open(Arc::new(RealDisk::new(root.as_ref())), Options::default(), &|_| ());
    let world = host.snapshot();
    for (id, _) in world.primitives() {
        let findings = diagnostics::of_file(&world, id);
        let Some(text) = world.text(id) else { continue };
        let lines = Lines::of(&text);
        for finding in findings.iter().filter(|finding| finding.code.starts_with(&prefix)) {
            let at = lines.position(&text, finding.span.start as usize, Encoding::Utf32);
            println!(
                "{}:{}:{} {} {} `{}` {}",
                world.path(id),
                at.line + 1,
                at.character + 1,
                finding.severity.name(),
                finding.code,
                finding.span.of(&text).replace('\n', "⏎").chars().take(80).collect::<String>(),
                finding.message
            );
        }
    }
}
