//! The grammar's names as enums, so that the room above matches on words the compiler checks.

macro_rules! kinds {
    ($($variant:ident $name:literal,)*) => {
        /// What a node is.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Kind {
            /// Text that fits nowhere.
            Error,
            /// Punctuation, or a word with a fixed meaning.
            Token,
            $($variant,)*
        }

        const KINDS: &[(&str, Kind)] = &[$(($name, Kind::$variant),)*];
    };
}

macro_rules! fields {
    ($($variant:ident $name:literal,)*) => {
        /// Which role a node has in its parent.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Field {
            $($variant,)*
        }

        const FIELDS: &[(&str, Field)] = &[$(($name, Field::$variant),)*];
    };
}

kinds! {
    Accum "accum",
    AccumBody "accum_body",
    AccumFor "accum_for",
    AccumIf "accum_if",
    AccumWhile "accum_while",
    And "and",
    Arguments "arguments",
    Assignment "assignment",
    Binary "binary",
    BindPattern "bind_pattern",
    Binding "binding",
    BindingPattern "binding_pattern",
    Block "block",
    Call "call",
    CallPattern "call_pattern",
    Cast "cast",
    Catch "catch",
    Char "char",
    Comment "comment",
    Curry "curry",
    CurrySend "curry_send",
    Define "define",
    DocComment "doc_comment",
    DocText "doc_text",
    Escape "escape",
    EscapeSequence "escape_sequence",
    Exit "exit",
    FinalPattern "final_pattern",
    Finally "finally",
    Float "float",
    Fn "fn",
    For "for",
    Forward "forward",
    Function "function",
    FunctionCall "function_call",
    FunctionInterface "function_interface",
    Identifier "identifier",
    If "if",
    IgnorePattern "ignore_pattern",
    Index "index",
    Integer "integer",
    Interface "interface",
    List "list",
    ListPattern "list_pattern",
    Map "map",
    MapEntry "map_entry",
    MapExport "map_export",
    MapPattern "map_pattern",
    MapPatternEntry "map_pattern_entry",
    MapPatternImport "map_pattern_import",
    MatchBind "match_bind",
    Matcher "matcher",
    Message "message",
    Meta "meta",
    Method "method",
    Object "object",
    ObjectBody "object_body",
    Or "or",
    Param "param",
    Parameters "parameters",
    Parenthesized "parenthesized",
    PatternHole "pattern_hole",
    Pragma "pragma",
    Program "program",
    Property "property",
    Quasi "quasi",
    QuasiEscape "quasi_escape",
    QuasiText "quasi_text",
    QuotedNoun "quoted_noun",
    Same "same",
    SamePattern "same_pattern",
    Scheme "scheme",
    Send "send",
    SendProperty "send_property",
    Sequence "sequence",
    Slot "slot",
    SlotPattern "slot_pattern",
    SourceHole "source_hole",
    String "string",
    StringContent "string_content",
    SuchThatPattern "such_that_pattern",
    Switch "switch",
    Thunk "thunk",
    Try "try",
    Unary "unary",
    Updoc "updoc",
    Update "update",
    Uri "uri",
    UriBody "uri_body",
    UriGetter "uri_getter",
    ValueHole "value_hole",
    VarPattern "var_pattern",
    VerbUpdate "verb_update",
    ViaPattern "via_pattern",
    When "when",
    While "while",
}

fields! {
    Accumulator "accumulator",
    Argument "argument",
    Arguments "arguments",
    As "as",
    Awaited "awaited",
    Body "body",
    Case "case",
    Catch "catch",
    Collection "collection",
    Default "default",
    Doc "doc",
    Ejector "ejector",
    Else "else",
    Entry "entry",
    Extends "extends",
    Finally "finally",
    Function "function",
    Guard "guard",
    Guards "guards",
    Implements "implements",
    Item "item",
    Key "key",
    Kind "kind",
    Left "left",
    Matcher "matcher",
    Message "message",
    Method "method",
    Name "name",
    Noun "noun",
    Operand "operand",
    Operator "operator",
    Parameter "parameter",
    Parameters "parameters",
    Parser "parser",
    Part "part",
    Pattern "pattern",
    Recipient "recipient",
    Rest "rest",
    ResultGuard "result_guard",
    Right "right",
    Scheme "scheme",
    Slot "slot",
    Specimen "specimen",
    Start "start",
    Target "target",
    Test "test",
    Text "text",
    Then "then",
    Value "value",
    Verb "verb",
}

impl Kind {
    /// The kind of this name; punctuation has none.
    pub(super) fn named(name: &str) -> Kind {
        KINDS.iter().find(|(it, _)| *it == name).map_or(Kind::Token, |(_, kind)| *kind)
    }
}

impl Field {
    pub(super) fn named(name: &str) -> Option<Field> {
        FIELDS.iter().find(|(it, _)| *it == name).map(|(_, field)| *field)
    }

    /// As the grammar writes it.
    pub(super) fn name(self) -> &'static str {
        FIELDS.iter().find(|(_, it)| *it == self).map_or("", |(name, _)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cst::language;

    /// A word of ours that the grammar does not have would never match.
    #[test]
    fn the_grammar_has_every_kind_and_field_that_is_asked_for() {
        for (name, _) in KINDS {
            assert_ne!(language().id_for_node_kind(name, true), 0, "no node `{name}`");
        }
        for (name, _) in FIELDS {
            assert!(language().field_id_for_name(name).is_some(), "no field `{name}`");
        }
    }
}
