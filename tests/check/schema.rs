//! `segue schema`: what is printed is what is shipped beside the pages.

use crate::workspace::Workspace;
use serde_json::Value;
use std::path::Path;

fn shipped(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn settings_and_plans_have_one() {
    for (arguments, name) in [
        (&["schema"][..], "segue.schema.json"),
        (&["schema", "settings"], "segue.schema.json"),
        (&["schema", "plan"], "plan.schema.json"),
    ] {
        let ran = Workspace::new(&[]).run(arguments);
        assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{arguments:?}");
        assert!(serde_json::from_str::<Value>(&ran.out).unwrap() == shipped(name), "{arguments:?}");
    }
    let help = Workspace::new(&[]).run(&["schema", "--help"]).out;
    assert!(help.contains("segue schema plan") && help.contains("Examples:"), "{help}");
}
