//! The agent by itself ([`segue_test_acp`]).

fn main() {
    segue_test_acp::run(std::env::args().skip(1).collect());
}
