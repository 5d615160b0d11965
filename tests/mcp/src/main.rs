//! The server by itself ([`segue_test_mcp`]).

fn main() {
    segue_test_mcp::run(std::env::args().skip(1).collect());
}
