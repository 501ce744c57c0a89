//! The powers of a vat that another vat's program has made: asked for when they are first used.

use super::Powers;
use std::cell::OnceCell;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex};

/// Powers that other vats' powers come from.
pub(crate) struct Source(Mutex<Box<dyn Powers>>);

/// What a vat can reach of the world.
pub(crate) struct Granted {
    made: OnceCell<Box<dyn Powers>>,
    from: Option<(Arc<Source>, Arc<str>)>,
    /// What vats that this one makes get theirs from, once there is one.
    source: Option<Arc<Source>>,
}

impl Granted {
    pub(crate) fn new(powers: Box<dyn Powers>) -> Granted {
        Granted { made: OnceCell::from(powers), from: None, source: None }
    }
    /// The powers of a vat of that name which the program of this one makes.
    pub(crate) fn heir(&mut self, name: Arc<str>) -> Granted {
        let source = match (&self.source, &self.from) {
            (Some(it), _) => it.clone(),
            // A vat that has used no powers has none of its own to hand on.
            (None, Some((source, _))) if self.made.get().is_none() => source.clone(),
            (None, _) => Arc::new(Source(Mutex::new(self.for_vat(&name)))),
        };
        self.source = Some(source.clone());
        Granted { made: OnceCell::new(), from: Some((source, name)), source: None }
    }
    fn make(&self) -> Box<dyn Powers> {
        match &self.from {
            Some((source, name)) => source.0.lock().unwrap_or_else(|it| it.into_inner()).for_vat(name),
            None => Box::new(super::still::Still::new()),
        }
    }
}

/// The powers of a vat that has nothing to do.
pub(crate) enum Resting {
    /// It has used none so far; they come from here, under its name.
    Heir(Arc<Source>),
    Other(Box<Granted>),
}

impl Granted {
    /// Of the vat of this name.
    pub(crate) fn rest(self, name: &Arc<str>) -> Resting {
        match self {
            Granted { made, from: Some((from, by)), source: None } if made.get().is_none() && by == *name => {
                Resting::Heir(from)
            }
            other => Resting::Other(Box::new(other)),
        }
    }
}

impl Resting {
    /// The same powers again.
    pub(crate) fn wake(self, name: &Arc<str>) -> Granted {
        match self {
            Resting::Heir(from) => {
                Granted { made: OnceCell::new(), from: Some((from, name.clone())), source: None }
            }
            Resting::Other(it) => *it,
        }
    }
}

impl Deref for Granted {
    type Target = dyn Powers;
    fn deref(&self) -> &(dyn Powers + 'static) {
        &**self.made.get_or_init(|| self.make())
    }
}

impl DerefMut for Granted {
    fn deref_mut(&mut self) -> &mut (dyn Powers + 'static) {
        if self.made.get().is_none() {
            self.made = OnceCell::from(self.make());
        }
        match self.made.get_mut() {
            Some(it) => &mut **it,
            None => unreachable!("what was made is there"),
        }
    }
}
