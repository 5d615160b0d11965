//! Files that are made from tables and shipped in the repository are up to date.
//! `SEGUE_UPDATE=1` writes them anew.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use segue_analysis::config::keys;
use std::path::{Path, PathBuf};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")
}

fn assert_shipped(path: &Path, wanted: &str) {
    if std::env::var_os("SEGUE_UPDATE").is_some() {
        std::fs::write(path, wanted).unwrap();
    }
    let found = std::fs::read_to_string(path).unwrap_or_default();
    assert!(found == wanted, "{} is out of date: run this test with SEGUE_UPDATE=1", path.display());
}

#[test]
fn the_schema_of_settings() {
    let schema = serde_json::to_string_pretty(&keys::schema()).unwrap() + "\n";
    assert_shipped(&docs().join("segue.schema.json"), &schema);
}

#[test]
fn the_schema_of_plans() {
    let schema = serde_json::to_string_pretty(&segue_plan::schema()).unwrap() + "\n";
    assert_shipped(&docs().join("plan.schema.json"), &schema);
}

/// A page with the part between two marks made anew.
fn assert_part(page: &str, begin: &str, end: &str, table: &str) {
    let path = docs().join(page);
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(begin).expect("the page marks where the table begins");
    let (_, after) = rest.split_once(end).expect("the page marks where the table ends");
    assert_shipped(&path, &format!("{before}{begin}{table}{end}{after}"));
}

#[test]
fn the_page_about_settings() {
    let (begin, end) = ("<!-- keys: made from the rows -->\n", "<!-- end of keys -->");
    assert_part("configuration.md", begin, end, &keys::docs_table());
}

#[test]
fn the_page_about_runs() {
    let (begin, end) = ("<!-- numbers: made from the table -->\n", "<!-- end of numbers -->");
    assert_part("run.md", begin, end, &segue_plan::policy::docs_table());
}

#[test]
fn the_page_about_security() {
    let (begin, end) = ("<!-- places: made from the table -->\n", "<!-- end of places -->");
    let table = segue_catalog::OpenPlace::docs_table(&segue_catalog::catalog().open_places);
    assert_part("security.md", begin, end, &table);
}

#[test]
fn the_page_about_agents() {
    let (begin, end) = ("<!-- presets: made from the table -->\n", "<!-- end of presets -->");
    let table = segue_catalog::Preset::docs_table(&segue_catalog::catalog().presets);
    assert_part("agents.md", begin, end, &table);
}
