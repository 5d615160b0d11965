//! The readers of plans on plans of our own: beside each stands what a person counts in it.
//!
//! ```text
//! === path
//! # what is odd about it
//! tasks: a b          edges: a>b (b waits for a directly)          waves: a | b
//! done: · files: a=x,y · agents: a=b · problems: · … (only checked where they stand)
//! ---
//! text, with ␍ for a carriage return and <BOM> for a byte order mark
//! ```

#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "support/examples.rs"]
mod examples_of_all_formats;

use examples_of_all_formats::{FILES, examples};
use segue_analysis::plans;
use segue_plan::{GateAt, Order, Plan, Range, TaskIndex};

fn joined(words: impl IntoIterator<Item = String>) -> String {
    words.into_iter().collect::<Vec<_>>().join(" ")
}

fn all(plan: &Plan) -> impl Iterator<Item = TaskIndex> + use<> {
    (0..plan.tasks.len()).map(TaskIndex::new)
}

fn read(name: &str, plan: &Plan, order: &Order) -> String {
    let id = |task: &TaskIndex| plan.id(*task).to_owned();
    let ids = |tasks: &[TaskIndex]| joined(tasks.iter().map(id));
    let that = |what: fn(&segue_plan::Task) -> bool| {
        joined(plan.tasks.iter().filter(|task| what(task)).map(|task| task.id.value.clone()))
    };
    match name {
        "tasks" => joined(all(plan).map(|task| id(&task))),
        "edges" => joined(all(plan).flat_map(|task| {
            let before = order.before(task).into_iter();
            before.map(move |from| format!("{}>{}", plan.id(from), plan.id(task))).collect::<Vec<_>>()
        })),
        "waves" => order.waves().iter().map(|wave| ids(wave)).collect::<Vec<_>>().join(" | "),
        "done" => that(segue_plan::Task::is_done),
        "optional" => that(|task| task.optional),
        "files" => joined(plan.tasks.iter().filter(|task| !task.files.is_empty()).map(|task| {
            let files: Vec<&str> = task.files.iter().map(|file| file.path.as_str()).collect();
            format!("{}={}", task.id.value, files.join(","))
        })),
        "agents" => joined(
            plan.tasks
                .iter()
                .filter_map(|task| Some(format!("{}={}", task.id.value, task.agent.as_ref()?.value))),
        ),
        "context" => {
            joined(plan.tasks.iter().flat_map(|task| &task.context).map(|link| link.target.value.clone()))
        }
        "inputs" => joined(plan.inputs.iter().map(|input| input.name.value.clone())),
        "gates" => joined(plan.gates.iter().map(|gate| {
            let at = match gate.at {
                GateAt::Start => "start".to_owned(),
                GateAt::Planning => "planning".to_owned(),
                GateAt::After(task) => plan.id(task).to_owned(),
                GateAt::Completion => "completion".to_owned(),
            };
            format!("{at}:{}", gate.approvals.len())
        })),
        "problems" => joined(problems(plan, order)),
        _ => panic!("no such thing is counted: {name}"),
    }
}

fn problems(plan: &Plan, order: &Order) -> Vec<String> {
    let mut names: Vec<String> =
        plan.problems(order).iter().map(|problem| problem.name().to_owned()).collect();
    names.extend(plan.strangers.iter().map(|_| "unknown-dependency".to_owned()));
    names
}

#[test]
fn each_plan_is_read_as_a_person_reads_it() {
    let examples = examples();
    let mut wrong = String::new();
    for example in &examples {
        let plan = plans::of_text(&example.path, &example.text);
        let order = plan.order();
        let counted = &example.counted;
        for name in ["tasks", "edges", "waves"] {
            assert!(counted.contains_key(name), "{}: {name} is not counted", example.path);
        }
        let format = if plan.tasks.is_empty() { plan.format } else { example.format };
        if plan.format != format {
            wrong.push_str(&format!("{}: read as {}, is {format}\n", example.path, plan.format));
        }
        let none = ("problems".to_owned(), String::new());
        let quiet = (!counted.contains_key("problems")).then_some((&none.0, &none.1));
        for (name, expected) in counted.iter().chain(quiet) {
            let found = read(name, &plan, &order);
            if found != *expected {
                wrong.push_str(&format!(
                    "{} {name}:\n  counted {expected}\n  read    {found}\n",
                    example.path
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    for (format, _) in FILES {
        let own = examples.iter().filter(|example| example.format == *format).count();
        assert!(own >= 5, "{format} has {own} plans only");
    }
    assert!(examples.len() >= 45);
}

/// Every range of a plan.
fn ranges(plan: &Plan) -> Vec<Range> {
    let mut all = vec![];
    for task in &plan.tasks {
        all.extend([task.id.range, task.title.range, task.head, task.range]);
        all.extend(task.depends_on.iter().map(|one| one.written.range));
        all.extend(task.files.iter().map(|file| file.path.range));
        all.extend(task.fields.iter().copied());
        all.extend(task.tick.iter().map(|tick| tick.range));
        let texts = [&task.acceptance, &task.tests, &task.validation, &task.gates, &task.steps];
        all.extend(texts.into_iter().flatten().map(|text| text.range));
    }
    all.extend(plan.questions.iter().chain(&plan.strangers).chain(&plan.declared).map(|text| text.range));
    all.extend(plan.gates.iter().map(|gate| gate.title.range));
    all.extend(plan.risks.iter().map(|risk| risk.range));
    all.extend(plan.contracts.iter().map(|contract| contract.range));
    all.extend(plan.diagrams.iter().map(|diagram| diagram.range));
    all
}

/// Cut off anywhere, as somebody types it: no panic, every range on text, every id where it says. In JSON
/// what was closed before the cut is there.
#[test]
fn half_of_each_plan_is_read_too() {
    for example in examples() {
        let whole = plans::of_text(&example.path, &example.text);
        let ends = example.text.char_indices().map(|(at, _)| at).chain([example.text.len()]);
        for end in ends {
            let text = &example.text[..end];
            let plan = plans::of_text(&example.path, text);
            for range in ranges(&plan) {
                assert!(text.get(range.bytes()).is_some(), "{} at {end}: {range:?}", example.path);
            }
            let is_json = example.format == "controlflow-json";
            for task in whole.tasks.iter().filter(|task| is_json && task.range.end as usize <= end) {
                assert!(plan.find(&task.id).is_some(), "{} at {end}", example.path);
            }
            for task in plan.tasks.iter().filter(|task| task.id_is_stated) {
                let there = text.get(task.id.range.bytes()).unwrap().trim_matches('"');
                assert_eq!(there, task.id.value, "{} at {end}", example.path);
            }
            let order = plan.order();
            let placed: usize = order.waves().iter().map(Vec::len).sum();
            assert_eq!(placed, plan.tasks.len(), "{} at {end}", example.path);
            let _ = plan.problems(&order);
        }
    }
}
