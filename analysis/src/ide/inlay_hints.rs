//! At the end of an object's header line, what DeepFrozen says of it.

use super::FileRange;
use super::places::{definition_range, is_written, name_of};
use crate::db::Db;
use crate::heard::heard;
use crate::input::File;
use crate::knowledge::knowledge;
use crate::names::{Meaning, names};
use crate::program::{maps, programs};
use audit::{Implication, Judgement, Objection, ObjectionKind, Verdict, Worth};
use rustc_hash::FxHashSet;
use syntax::scope::{Binder, DefinitionId, DefinitionKind};
use text_size::{TextRange, TextSize};

/// Words to show after a place in the text that are not in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InlayHint {
    /// The end of a line.
    pub at: TextSize,
    pub label: String,
    pub kind: InlayHintKind,
    /// Whether the program asks for what it says.
    pub asked: bool,
    /// Markdown: all objections and what would satisfy them.
    pub tooltip: String,
    /// What the first objection is about, for a click.
    pub target: Option<FileRange>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum InlayHintKind {
    Approved,
    Rejected,
    Unknown,
    /// What a receiver keeps of the powers that it is handed.
    Gain,
    /// The guard that a name has in fact and that nobody wrote.
    ImpliedGuard,
}

/// Which hints are wanted.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct InlayHintsConfig {
    pub verdicts: VerdictHints,
    /// At a call, what its receiver gains. Rests on who reaches what, and costs more than a verdict.
    pub gains: bool,
    /// Whether a name that objects close over shows the guard it has in fact.
    pub implied_guards: bool,
}

/// Whose verdicts to show.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum VerdictHints {
    None,
    /// Of objects that name an auditor.
    Asked,
    /// Of every object, as to DeepFrozen.
    All,
}

impl Default for InlayHintsConfig {
    fn default() -> InlayHintsConfig {
        InlayHintsConfig { verdicts: VerdictHints::All, gains: false, implied_guards: true }
    }
}

pub(crate) fn inlay_hints(
    db: &dyn Db,
    file: File,
    range: TextRange,
    config: &InlayHintsConfig,
) -> Vec<InlayHint> {
    let mut hints = Vec::new();
    for (index, judgements) in heard(db, file).programs.iter().enumerate() {
        db.unwind_if_revision_cancelled();
        for it in judgements {
            let wanted = match config.verdicts {
                VerdictHints::None => false,
                VerdictHints::Asked => it.asked_at.is_some(),
                VerdictHints::All => true,
            };
            let at = place(db, file, index, it);
            if wanted && range.contains_inclusive(at) && is_shown(db, file, index, it) {
                let name = name_of(&programs(db, file)[index], it.object);
                hints.push((hint(db, file, index, it, at), name));
            }
        }
    }
    hints.sort_by_key(|(it, _)| it.at);
    let mut hints = name_crowded(hints);
    if config.gains {
        hints.extend(super::gains::gains(db, file, range));
        hints.sort_by_key(|it| it.at);
    }
    if config.implied_guards {
        hints.extend(implied_guards(db, file, range));
        hints.sort_by_key(|it| it.at);
    }
    hints
}

/// A name at the top level without a guard, whose value is known to be data or made of it, is as good as guarded with
/// DeepFrozen for the verdicts that nobody asks for. Shown where an object closes over it.
fn implied_guards(db: &dyn Db, file: File, range: TextRange) -> Vec<InlayHint> {
    let mut hints = Vec::new();
    for (index, map) in maps(db, file).iter().enumerate() {
        let scopes = &names(db, file).programs[index].scopes;
        let known = &knowledge(db, file).programs[index];
        let captured: FxHashSet<&Binder> = scopes.captures.iter().flatten().map(|it| &it.binder).collect();
        for (id, it) in scopes.definitions.iter().enumerate() {
            let unguarded = matches!(it.kind, DefinitionKind::Final { guard: None });
            let frozen = match &known.values[id] {
                Worth::Data | Worth::Guard(_) => true,
                Worth::Scope(it) => it.guard().implies_deep_frozen() == Implication::Yes,
                _ => false,
            };
            let used = captured.contains(&Binder::Definition(DefinitionId(id as u32)));
            let Some(noun) = map.source.nouns[it.pattern.index()] else { continue };
            let at = map.in_file(noun).end();
            if it.top_level && unguarded && frozen && used && range.contains_inclusive(at) {
                let tooltip = "**DeepFrozen** in fact: no guard is needed for what objects that close over it would \
                               be told. To have it checked, write the guard.";
                hints.push(InlayHint {
                    at,
                    label: ":DeepFrozen".to_string(),
                    kind: InlayHintKind::ImpliedGuard,
                    asked: false,
                    tooltip: tooltip.to_string(),
                    target: None,
                });
            }
        }
    }
    hints
}

/// Where the hint of an object goes: after its header, at the end of that line.
fn place(db: &dyn Db, file: File, index: usize, it: &Judgement) -> TextSize {
    let map = &maps(db, file)[index];
    end_of_line(file.text(db), map.in_file(map.source.object(it.object).header).end())
}

/// Where several objects share a line, each hint says whose it is.
fn name_crowded(hints: Vec<(InlayHint, String)>) -> Vec<InlayHint> {
    let at = |index: usize| hints.get(index).map(|(it, _)| it.at);
    let beside = |index: usize| at(index + 1) == at(index) || (index > 0 && at(index - 1) == at(index));
    let crowded: Vec<bool> = (0..hints.len()).map(beside).collect();
    let named = hints.into_iter().zip(crowded).map(|((mut it, name), crowded)| {
        if crowded {
            it.label = format!("{name}: {}", it.label);
        }
        it
    });
    named.collect()
}

/// What expansion made is nobody's to see, and of a nameless function only what was asked.
pub(crate) fn is_shown(db: &dyn Db, file: File, index: usize, it: &Judgement) -> bool {
    let named = maps(db, file)[index].source.object(it.object).name.is_some();
    (named || it.asked_at.is_some()) && is_written(db, file, index, it.object)
}

fn hint(db: &dyn Db, file: File, index: usize, it: &Judgement, at: TextSize) -> InlayHint {
    let first = it.verdict.objections().first();
    InlayHint {
        at,
        label: label(it),
        asked: it.asked_at.is_some(),
        kind: match it.verdict {
            Verdict::Approved => InlayHintKind::Approved,
            Verdict::Rejected(_) => InlayHintKind::Rejected,
            Verdict::Unknown(_) => InlayHintKind::Unknown,
        },
        tooltip: explain(it),
        target: first.and_then(|it| captured(db, file, index, it)),
    }
}

/// How the reason begins if an auditor written in E takes too long.
const OVER_BUDGET: &str = "over budget";

/// Few words, the same from key to key.
fn label(it: &Judgement) -> String {
    let auditor = &it.auditor;
    match (&it.verdict, it.asked_at.is_some()) {
        (Verdict::Approved, true) => format!("✓ {auditor}"),
        (Verdict::Approved, false) => format!("{auditor}"),
        (Verdict::Rejected(objections), asked) => {
            let reason = objections.first().map(Objection::short).unwrap_or_default();
            if asked { format!("✗ {auditor}: {reason}") } else { format!("not {auditor}: {reason}") }
        }
        // What one can do something about is said at once.
        (Verdict::Unknown(why), _) if why.starts_with(OVER_BUDGET) => {
            format!("{auditor}: unknown: {OVER_BUDGET}")
        }
        (Verdict::Unknown(why), _) => format!("{auditor}: unknown: {}", in_few_words(why)),
    }
}

/// Characters of a reason at the end of a line; the tooltip has all of it.
const FEW: usize = 60;

fn in_few_words(why: &str) -> String {
    match why.char_indices().nth(FEW) {
        None => why.to_string(),
        Some((end, _)) => {
            // Not in the middle of a word.
            let shown = &why[..end];
            let shown = shown.rsplit_once(' ').map_or(shown, |(shown, _)| shown);
            format!("{} …", shown.trim_end_matches([',', ':']))
        }
    }
}

/// The verdict in full, as Markdown.
pub(crate) fn explain(it: &Judgement) -> String {
    let auditor = &it.auditor;
    let mut text = match (&it.verdict, it.asked_at.is_some()) {
        (Verdict::Approved, true) => format!("**{auditor}** approves."),
        (Verdict::Approved, false) => "**DeepFrozen** in fact: nothing it holds can change.".to_string(),
        (Verdict::Rejected(_), true) if it.insists => {
            format!("**{auditor}** refuses, so this definition throws:")
        }
        (Verdict::Rejected(_), true) => format!("**{auditor}** says no; the object goes without its stamp:"),
        (Verdict::Rejected(_), false) => "Not **DeepFrozen**:".to_string(),
        (Verdict::Unknown(why), _) => format!("What **{auditor}** says is unknown: {why}."),
    };
    for it in it.verdict.objections() {
        text.push_str(&format!("\n- {}. {}", it.short(), it.remedy()));
    }
    if let Some(Verdict::Rejected(objections)) = &it.if_asked
        && it.verdict.is_approved()
    {
        text.push_str("\n\nTo have that checked, ask with `as DeepFrozen`. Then this must change:");
        for it in objections {
            text.push_str(&format!("\n- {}. {}", it.short(), it.remedy()));
        }
    }
    text
}

fn captured(db: &dyn Db, file: File, index: usize, it: &Objection) -> Option<FileRange> {
    let ObjectionKind::Capture { noun, binder, .. } = &it.kind else { return None };
    match names(db, file).meaning(index, noun, binder) {
        Meaning::Definition(site) => definition_range(db, site),
        Meaning::Scope(_) | Meaning::Unbound => None,
    }
}

/// Before the line's end and the blanks before it.
fn end_of_line(text: &str, at: TextSize) -> TextSize {
    let rest = text.get(usize::from(at)..).unwrap_or("");
    let line = rest.split(['\n', '\r']).next().unwrap_or("");
    at + TextSize::of(line.trim_end())
}
