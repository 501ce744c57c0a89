/**
 * @file Updoc: transcripts of E, with the answers they expect, among prose. Everything goes by lines.
 *
 * A line says what it is by its first character: `?` asks, `>` goes on asking, `#` answers, all else is prose.
 * The text behind `?` and `>` is left without a node of its own, so that `code` without its children is the
 * program that is asked, and E can be injected there.
 * @license MIT OR Apache-2.0
 */

/// <reference types="tree-sitter-cli/dsl" />
// @ts-check

const blanks = /[ \t\f]*/;
/** The rest of a line; it is preferred to anything that could begin one. */
const rest = token(prec(1, /[^\r\n]+/));

module.exports = grammar({
  name: 'updoc',

  extras: (_) => [],

  rules: {
    transcript: ($) =>
      choice(
        repeat1($._before),
        seq(repeat($._before), $.step, repeat(choice($.step, $.vat, $.continuation, $.answer, $.prose, $._line_end, $._blanks))),
      ),

    // Before the first step nothing is asked, so nothing is answered.
    _before: ($) => choice($.comment, $.vat, $.prose, alias($._continuation_line, $.prose), $._line_end, $._blanks),

    step: ($) => prec.right(seq(field('code', $.code), repeat(field('answer', $.answer)))),

    // Lines that go on belong to what they can go on with.
    code: ($) => prec.right(-1, seq($.prompt, optional($._rest), optional($._line_end), optional($._continuation_lines))),

    // A step is taken up again after prose.
    continuation: ($) => prec.right(-1, $._continuation_lines),

    _continuation_lines: ($) => prec(1, choice($._continuation_line, seq($._continuation_lines, $._continuation_line))),

    _continuation_line: ($) =>
      prec.right(1, seq(alias($.continuation_prompt, $.prompt), optional($._rest), optional($._line_end))),

    answer: ($) => prec.right(-1, seq($._answer_head, optional($._answer_lines))),

    _answer_head: ($) =>
      prec.right(
        seq($._answer_mark, optional(field('key', $.key)), optional(field('text', $.text)), optional($._line_end)),
      ),

    _answer_lines: ($) => prec(1, choice($._answer_line, seq($._answer_lines, $._answer_line))),

    _answer_line: ($) => prec.right(1, seq($._answer_mark, optional(field('text', $.text)), optional($._line_end))),

    // ?? in new vat alice
    vat: ($) => prec.right(seq('??', optional(field('name', $.text)), optional($._line_end))),

    comment: ($) => prec.right(seq($._answer_mark, optional($._rest), optional($._line_end))),
    prose: ($) => prec.right(seq($._prose_start, optional($._line_end))),

    prompt: (_) => token(seq(blanks, '?', optional(' '))),
    continuation_prompt: (_) => token(seq(blanks, '>', optional(' '))),
    _answer_mark: (_) => token(seq(blanks, '#')),
    key: (_) => token(prec(2, /[ \t]*[A-Za-z][A-Za-z0-9 _.\-]*:/)),
    text: (_) => rest,
    _rest: (_) => rest,
    _prose_start: (_) => token(seq(blanks, /[^ \t\f\r\n?>#][^\r\n]*/)),
    // What a last line without an end may be made of.
    _blanks: (_) => /[ \t\f]+/,
    _line_end: (_) => token(seq(blanks, /\r\n|\r|\n/)),
  },
});
