//! Several vats of one world, and what goes on between them: one program, for all of it is about the same stage.

mod between;
mod ends;
mod gate;
mod isolation;
mod kills;
mod order;
mod snapshots;
mod stage;
mod transit;
mod undone;
#[cfg(feature = "host")]
mod workers;
