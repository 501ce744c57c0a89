//! Whether the process that started this one still lives.

use std::path::PathBuf;
use std::time::Duration;

const BETWEEN_LOOKS: Duration = Duration::from_millis(500);

/// Waits until the front end that started the kernel is gone; for ever if there is none. A front end tells its
/// process id in `JPY_PARENT_PID`; a kernel started by hand may outlive its terminal.
pub async fn gone() {
    let Some(told) = std::env::var("JPY_PARENT_PID").ok().and_then(|it| it.trim().parse::<u32>().ok()) else {
        return std::future::pending().await;
    };
    let first = parent();
    while parent() == first && lives(told) {
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
}

#[cfg(unix)]
fn parent() -> u32 {
    std::os::unix::process::parent_id()
}

#[cfg(not(unix))]
fn parent() -> u32 {
    0
}

/// Where there is a `/proc`, whether it has the process. Elsewhere the change of parent has to do.
fn lives(process: u32) -> bool {
    let all = PathBuf::from("/proc");
    !all.join("self").exists() || all.join(process.to_string()).exists()
}
