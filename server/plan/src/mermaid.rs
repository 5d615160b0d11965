//! The waves of a plan as a Mermaid flowchart, and texts as Mermaid takes them.

use crate::{Order, Plan, TaskIndex};
use std::fmt::Write;

/// Mermaid refuses to draw more arrows, unless the page that shows them says otherwise.
const MOST_ARROWS: usize = 500;

/// A flowchart: a box for each task, in a frame for each wave, an arrow to whoever waits. Where the
/// arrows are more than Mermaid draws they go from wave to wave. Finished tasks are dashed, the
/// critical path has thick frames.
#[must_use]
pub fn mermaid(plan: &Plan, order: &Order) -> String {
    let mut out = String::from("flowchart LR\n");
    for (wave, tasks) in order.waves().iter().enumerate() {
        let number = wave + 1;
        let _ = writeln!(out, "  subgraph wave{number}[\"Wave {number}\"]");
        for task in tasks {
            let title = plan.get(*task).map_or("", |task| task.title.as_str());
            let id = plan.id(*task);
            let is_made_of_title = plan.get(*task).is_some_and(|task| !task.id_is_stated);
            let text = if is_made_of_title { title.to_owned() } else { format!("{id}: {title}") };
            let _ = writeln!(out, "    t{}[\"{}\"]", task.0, in_mermaid(&text));
        }
        out.push_str("  end\n");
    }
    for (from, to) in arrows(plan, order) {
        let _ = writeln!(out, "  {from} --> {to}");
    }
    let all = || (0..plan.tasks.len()).map(TaskIndex::new);
    let done = all().filter(|task| plan.get(*task).is_some_and(crate::Task::is_done)).collect();
    class(&mut out, "done", "stroke-dasharray:4 3", done);
    let critical: Vec<TaskIndex> = order.critical_path().to_vec();
    // A path of one task is no path.
    class(&mut out, "critical", "stroke-width:3px", if critical.len() > 1 { critical } else { Vec::new() });
    out
}

fn class(out: &mut String, name: &str, style: &str, tasks: Vec<TaskIndex>) {
    if tasks.is_empty() {
        return;
    }
    let names: Vec<String> = tasks.iter().map(|task| format!("t{}", task.0)).collect();
    let _ = writeln!(out, "  classDef {name} {style}\n  class {} {name}", names.join(","));
}

fn arrows(plan: &Plan, order: &Order) -> Vec<(String, String)> {
    let mut arrows = Vec::new();
    for task in (0..plan.tasks.len()).map(TaskIndex::new) {
        let before = order.before(task);
        arrows.extend(before.into_iter().map(|from| (format!("t{}", from.0), format!("t{}", task.0))));
        if arrows.len() > MOST_ARROWS {
            let waves = 1..order.waves().len();
            return waves.map(|wave| (format!("wave{wave}"), format!("wave{}", wave + 1))).collect();
        }
    }
    arrows
}

/// A text within quotes of Mermaid. It reads such texts as HTML, as Markdown and for its own marks, and
/// takes no character of an entity for any of them.
#[must_use]
pub fn in_mermaid(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    let mut list_may_begin = true;
    for c in text.chars() {
        let c = if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c };
        let mark = c.is_ascii_punctuation()
            && !matches!(c, '/' | ':' | ',' | '(' | ')' | '@' | '=' | '\'' | '.' | '-');
        if mark || (list_may_begin && matches!(c, '.' | '-' | ')')) {
            let _ = write!(written, "#{};", u32::from(c));
        } else {
            written.push(c);
        }
        // `1. text` and `- text` are lists.
        list_may_begin &= c.is_ascii_digit() || c == ' ';
    }
    written
}

#[cfg(test)]
mod tests {
    use super::in_mermaid;

    #[test]
    fn texts_stay_texts() {
        for (text, written) in [
            ("Doc Writer", "Doc Writer"),
            ("a\"b", "a#34;b"),
            ("a\\N", "a#92;N"),
            ("<b>&amp;", "#60;b#62;#38;amp#59;"),
            ("#quot;", "#35;quot#59;"),
            ("`x` **y** _z_", "#96;x#96; #42;#42;y#42;#42; #95;z#95;"),
            ("1. one", "1#46; one"),
            ("1.1: one", "1#46;1: one"),
            ("- one", "#45; one"),
            ("v1.2-x", "v1.2-x"),
            ("two\nlines\u{1b}[31m", "two lines #91;31m"),
            ("übung 日本", "übung 日本"),
            ("|x|]end%%", "#124;x#124;#93;end#37;#37;"),
        ] {
            assert_eq!(in_mermaid(text), written, "{text:?}");
        }
    }
}
