//! The command `mentora`.

use std::process::ExitCode;

use clap::Parser as _;
use mentora_cli::arguments::Arguments;
use mentora_cli::commands;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let console = arguments.console();
    match commands::run(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            console.complain(&error);
            ExitCode::from(error.exit_code())
        }
    }
}
