//! The program: reads the command line and runs a command.

use std::process::ExitCode;

// Threads that build pages allocate all the time, and the allocators of Linux make them wait for each
// other: above all that of musl, which the released programs are linked with.
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    rolebook::command::main()
}
