//! The `segue` binary: hands the arguments to the command line and returns its exit status.

fn main() -> std::process::ExitCode {
    segue_cli::main()
}
