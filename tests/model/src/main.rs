//! The model by itself: `segue-test-model SCRIPT.json` prints its address and stays.

#![allow(clippy::print_stdout, clippy::expect_used)]

use segue_test_model::Model;

fn main() {
    let script = std::env::args().nth(1).expect("a script");
    let text = std::fs::read_to_string(script).expect("the script is a file");
    println!("{}", Model::scripted(&text).address());
    loop {
        std::thread::park();
    }
}
