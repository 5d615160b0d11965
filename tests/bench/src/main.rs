//! Makes workspaces to measure on.
//!
//! ```text
//! segue-bench generate FILES FOLDER [SEED]     writes a workspace
//! segue-bench editor SERVER [FILES…]           plays an editor against a built binary, prints a table
//! segue-bench navigation SERVER… [FILES…]      asks where links lead and what leads here, prints a table
//! segue-bench plans SERVER                     types in plans of 2,000 lines, prints a table
//! segue-bench servers NAME=COMMAND… [FILES…]   plays the editor against several servers, side by side
//! ```

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for people who measure")]

mod editor;
mod navigation;
mod plans;
mod servers;
mod session;
mod workspace;

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["generate", files, folder, rest @ ..] => {
            let number = |text: &str| text.parse::<u64>().ok();
            let seed = rest.first().and_then(|text| number(text)).unwrap_or(1);
            let files = number(files).and_then(|files| usize::try_from(files).ok()).unwrap_or(100);
            workspace::generate(Path::new(folder), files, seed)
                .map(|bytes| println!("{files} files, {:.1} MB, seed {seed}", bytes as f64 / 1e6))
        }
        ["editor", server, sizes @ ..] => {
            let sizes: Vec<usize> = sizes.iter().filter_map(|size| size.parse().ok()).collect();
            editor::run(Path::new(server), if sizes.is_empty() { &[100, 1_000, 10_000] } else { &sizes })
        }
        ["plans", server] => plans::run(Path::new(server)),
        [which @ ("navigation" | "servers"), words @ ..] => {
            let (sizes, servers): (Vec<&str>, Vec<&str>) =
                words.iter().partition(|word| word.parse::<usize>().is_ok());
            let sizes: Vec<usize> = sizes.iter().filter_map(|size| size.parse().ok()).collect();
            let sizes = if sizes.is_empty() { &[100, 1_000, 10_000] } else { sizes.as_slice() };
            if *which == "navigation" {
                navigation::run(&servers, sizes)
            } else {
                servers::run(&servers, sizes)
            }
        }
        _ => {
            eprintln!(
                "segue-bench generate FILES FOLDER [SEED]\nsegue-bench editor SERVER [FILES…]\nsegue-bench navigation SERVER… [FILES…]\nsegue-bench plans SERVER\nsegue-bench servers NAME=COMMAND… [FILES…]"
            );
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
