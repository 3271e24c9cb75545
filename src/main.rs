//! Arguments in, exit code out.

fn main() -> std::process::ExitCode {
    duizhang::cli::main()
}
