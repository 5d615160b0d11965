//! The `segue` binary: hands the arguments to the command line, and `lsp` on to the server.

fn main() -> std::process::ExitCode {
    segue_cli::main(|arguments| segue_lsp::main(arguments))
}
