//! What the person at the editor has set, under `walnut` in its settings.

use analysis::{InlayHintsConfig, VerdictHints};
use serde::Deserialize;
use serde_json::Value;

/// All settings; what is not said stays as it is here.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Config {
    pub inlay_hints: Hints,
    pub lenses: Lenses,
}

#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Hints {
    pub verdicts: Verdicts,
    /// At a call, what the receiver keeps of the powers it is handed.
    pub gains: bool,
}

/// Whose verdicts are shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdicts {
    None,
    Asked,
    All,
}

#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Lenses {
    /// Above an object, what it holds and what it keeps.
    pub authority: bool,
    /// And how that differs from the last commit.
    pub since_head: bool,
}

impl Default for Hints {
    fn default() -> Hints {
        Hints { verdicts: Verdicts::All, gains: true }
    }
}

impl Default for Lenses {
    fn default() -> Lenses {
        Lenses { authority: true, since_head: true }
    }
}

impl Config {
    /// Settings as a client sends them, under `walnut` or bare; an error in words if they make no sense.
    pub fn read(sent: Value) -> Result<Config, String> {
        let sent = match sent {
            Value::Object(mut all) if all.contains_key("walnut") => all.remove("walnut").unwrap_or_default(),
            other => other,
        };
        if sent.is_null() {
            return Ok(Config::default());
        }
        serde_json::from_value(sent)
            .map_err(|why| format!("the settings under `walnut` were not understood: {why}"))
    }

    pub fn hints(&self) -> InlayHintsConfig {
        InlayHintsConfig {
            verdicts: match self.inlay_hints.verdicts {
                Verdicts::None => VerdictHints::None,
                Verdicts::Asked => VerdictHints::Asked,
                Verdicts::All => VerdictHints::All,
            },
            gains: self.inlay_hints.gains,
            implied_guards: matches!(self.inlay_hints.verdicts, Verdicts::All),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_stays_and_nonsense_is_named() {
        let read = |text: &str| Config::read(serde_json::from_str(text).unwrap());
        assert_eq!(read("null"), Ok(Config::default()));
        let asked =
            read(r#"{"walnut": {"inlayHints": {"verdicts": "asked"}, "server": {"path": "walnut"}}}"#)
                .unwrap();
        assert_eq!(asked.inlay_hints, Hints { verdicts: Verdicts::Asked, gains: true });
        assert!(read(r#"{"inlayHints": {"verdicts": "some"}}"#).unwrap_err().contains("`some`"));
    }
}
