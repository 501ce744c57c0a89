// What a regular token cannot say about E, decided without any memory: which newline separates, where text
// inside quotes ends, and which lines are embedded updoc.
//
// Nothing is ever serialized. Nesting is the parser's stack; the only question asked here is which tokens
// would be welcome.

#include "tree_sitter/parser.h"

enum Token { NEWLINE, STRING_CONTENT, QUASI_TEXT, DOC_TEXT, UPDOC, ASSIGNING_VERB, FIRST_LINE, ERROR_SENTINEL };

static bool is_blank(int32_t c) { return c == ' ' || c == '\t' || c == '\f'; }
static bool is_line_end(int32_t c) { return c == '\n' || c == '\r'; }
static bool is_name_start(int32_t c) {
  return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
}

static void advance(TSLexer *lexer) { lexer->advance(lexer, false); }
static void skip(TSLexer *lexer) { lexer->advance(lexer, true); }

/// Text of a string, up to its end or an escape.
static bool scan_string(TSLexer *lexer) {
  bool any = false;
  while (!lexer->eof(lexer) && lexer->lookahead != '"' && lexer->lookahead != '\\') {
    advance(lexer);
    any = true;
  }
  lexer->result_symbol = STRING_CONTENT;
  return any;
}

/// Text of a quasi-literal, up to its end, a hole or a doubled character.
///
/// A lone `$` or `@` right before the closing backquote is text; anywhere else it is left for the parser to
/// complain about.
static bool scan_quasi(TSLexer *lexer) {
  bool any = false;
  lexer->result_symbol = QUASI_TEXT;
  for (;;) {
    lexer->mark_end(lexer);
    if (lexer->eof(lexer) || lexer->lookahead == '`') return any;
    if (lexer->lookahead == '$' || lexer->lookahead == '@') {
      advance(lexer);
      if (lexer->lookahead != '`') return any;
      lexer->mark_end(lexer);
      return true;
    }
    advance(lexer);
    any = true;
  }
}

/// Text of a doc comment, up to its closing mark.
static bool scan_doc(TSLexer *lexer) {
  bool any = false;
  lexer->result_symbol = DOC_TEXT;
  for (;;) {
    lexer->mark_end(lexer);
    if (lexer->eof(lexer)) return any;
    bool star = lexer->lookahead == '*';
    advance(lexer);
    if (star && lexer->lookahead == '/') return any;
    any = true;
  }
}

/// A transcript among the code: this line, and those after it that are blank or begin with `?`, `#` or `>`.
/// The lexer stands on the first `?` or `>`.
static bool scan_updoc(TSLexer *lexer) {
  lexer->result_symbol = UPDOC;
  for (;;) {
    while (!lexer->eof(lexer) && !is_line_end(lexer->lookahead)) advance(lexer);
    lexer->mark_end(lexer);
    while (is_blank(lexer->lookahead) || is_line_end(lexer->lookahead)) advance(lexer);
    if (lexer->eof(lexer)) return true;
    if (lexer->lookahead != '?' && lexer->lookahead != '#' && lexer->lookahead != '>') return true;
  }
}

/// The `with` of `x with= (1)`: a name with `=` right behind it, unless that begins `==`, `=>` or `=~`.
static bool scan_assigning_verb(TSLexer *lexer) {
  while (is_name_start(lexer->lookahead) || (lexer->lookahead >= '0' && lexer->lookahead <= '9')) advance(lexer);
  if (lexer->lookahead != '=') return false;
  lexer->mark_end(lexer);
  advance(lexer);
  lexer->result_symbol = ASSIGNING_VERB;
  return lexer->lookahead != '=' && lexer->lookahead != '>' && lexer->lookahead != '~';
}

/// Blanks, ends of lines and continued lines; then updoc if a line begins with it, else a separator if one is
/// welcome here.
///
/// A separator has no width: it stands right before what it separates. Only while the parser recovers does it
/// cover the line ends, because recovery drops tokens without width.
static bool scan_line(TSLexer *lexer, const bool *valid) {
  bool recovering = valid[ERROR_SENTINEL];
  bool new_line = false;
  for (;;) {
    if (is_line_end(lexer->lookahead)) {
      new_line = true;
      lexer->advance(lexer, !recovering);
    } else if (is_blank(lexer->lookahead)) {
      lexer->advance(lexer, !recovering || !new_line);
    } else if (lexer->lookahead == '\\' && !new_line) {
      skip(lexer);
      while (is_blank(lexer->lookahead)) skip(lexer);
      if (!is_line_end(lexer->lookahead)) return false;
      bool carriage = lexer->lookahead == '\r';
      skip(lexer);
      if (carriage && lexer->lookahead == '\n') skip(lexer);
    } else {
      break;
    }
  }
  lexer->mark_end(lexer);
  bool line_starts = new_line || (valid[FIRST_LINE] && !recovering);
  if (line_starts && valid[UPDOC] && (lexer->lookahead == '?' || lexer->lookahead == '>')) return scan_updoc(lexer);
  if (new_line && valid[NEWLINE]) {
    lexer->result_symbol = NEWLINE;
    return true;
  }
  return valid[ASSIGNING_VERB] && !recovering && is_name_start(lexer->lookahead) && scan_assigning_verb(lexer);
}

void *tree_sitter_e_external_scanner_create(void) { return NULL; }
void tree_sitter_e_external_scanner_destroy(void *payload) { (void)payload; }
unsigned tree_sitter_e_external_scanner_serialize(void *payload, char *buffer) {
  (void)payload;
  (void)buffer;
  return 0;
}
void tree_sitter_e_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
  (void)payload;
  (void)buffer;
  (void)length;
}

bool tree_sitter_e_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid) {
  (void)payload;
  // While the parser recovers, every token is welcome; then only lines are trusted.
  if (!valid[ERROR_SENTINEL]) {
    if (valid[STRING_CONTENT]) return scan_string(lexer);
    if (valid[QUASI_TEXT]) return scan_quasi(lexer);
    if (valid[DOC_TEXT]) return scan_doc(lexer);
  }
  return scan_line(lexer, valid);
}
