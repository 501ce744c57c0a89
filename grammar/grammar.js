/**
 * @file Surface E: every construct, all optional syntaxes accepted.
 *
 * What a pragma switches off, and which names are reserved for later, is said by the room above; this file
 * only says what can be written. Sections follow E's own grammar, from programs down to words.
 * @license MIT OR Apache-2.0
 */

/// <reference types="tree-sitter-cli/dsl" />
// @ts-check

// E's own levels, lowest first. Where E lets nothing associate (`==`, `<`, `..`, `**`, and `&` with `|`) this
// grammar still reads from left to right: what wants parentheses is better said in words than by an ERROR node.
const PREC = {
  or: 1, // ||
  and: 2, // &&
  logical: 3, // == != =~ !~ & | ^ &!
  such_that: 4, // pattern ? test
  order: 5, // < <= <=> >= > and :Guard
  interval: 6, // .. ..!
  shift: 7, // << >>
  add: 8, // + -
  multiply: 9, // * / // % %%
  power: 10, // **
  prefix: 11, // ! ~ - * & &&
  postfix: 12, // x(a) x[a] x.v(a) x <- v(a) x::p
  primary: 13, // x
  longest: 14, // what could end here goes on instead
};

const OPERATORS = [
  [PREC.logical, ['&', '|', '^', '&!']],
  [PREC.order, ['<', '<=', '<=>', '>=', '>']],
  [PREC.interval, ['..', '..!']],
  [PREC.shift, ['<<', '>>']],
  [PREC.add, ['+', '-']],
  [PREC.multiply, ['*', '/', '//', '%', '%%']],
  [PREC.power, ['**']],
];

/** Words with a use. They are words in any mix of cases, and never nouns. */
const KEYWORDS = [
  'accum', 'as', 'bind', 'break', 'catch', 'continue', 'def', 'else', 'escape', 'exit', 'extends', 'finally',
  'fn', 'for', 'guards', 'if', 'implements', 'in', 'interface', 'match', 'meta', 'method', 'pragma', 'return',
  'switch', 'thunk', 'to', 'try', 'var', 'via', 'when', 'while',
];

const anyCase = (word) => new RegExp(word.replace(/[a-z]/g, (c) => `[${c}${c.toUpperCase()}]`));
const kw = (word) => alias(anyCase(word), word);

/** One or more, with commas between and, if you like, one behind. */
const commas1 = (rule) => seq(rule, repeat(seq(',', rule)), optional(','));
const commas = (rule) => optional(commas1(rule));
/** One or more without a comma behind, because a `{` follows. */
const commasStrict = (rule) => seq(rule, repeat(seq(',', rule)));

/** Told apart from names of all scripts, names in ASCII need no search in a table of characters. */
const name = /[A-Za-z][A-Za-z0-9_]*|_[A-Za-z0-9_]+|\p{XID_Start}[\p{XID_Continue}\u00B7]*|_[\p{XID_Continue}\u00B7]+/;

const hex = /[0-9a-fA-F]/;
const digits = /[0-9]+(_[0-9]+)*/;
const exponent = seq(/[eE][+-]?/, digits);

module.exports = grammar({
  name: 'e',

  externals: ($) => [
    $._newline,
    $.string_content,
    $.quasi_text,
    $.doc_text,
    $.updoc,
    $._assigning_verb,
    $._first_line,
    $._error_sentinel,
  ],

  // A newline that separates nothing is a blank; where it separates, the scanner says so first.
  extras: ($) => [/[ \t\f\r\n]/, /\\[ \t\f]*(\r\n|\r|\n)/, $.comment, $.updoc],

  word: ($) => $.identifier,

  reserved: { global: (_) => KEYWORDS.map(anyCase) },

  // Looked through: the parser has no step of its own for these, which is faster, and lets `def name(` wait for
  // its meaning until what follows the parenthesis is seen.
  inline: ($) => [
    $._top,
    $._item,
    $._sequence,
    $._object_name,
    $._pattern_guard,
    $._result_guard,
  ],

  supertypes: ($) => [$.expression, $.pattern, $.literal],

  rules: {
    // ---- Programs and sequences

    program: ($) =>
      optional(
        choice(
          // Never sent: it tells the scanner that nothing stands before this line.
          $._first_line,
          seq($._top, repeat(seq($._separator, $._top)), optional($._separator)),
        ),
      ),

    _top: ($) => choice(field('body', $._statement), field('body', $.pragma)),

    pragma: ($) =>
      seq(kw('pragma'), '.', field('verb', $.identifier), '(', field('argument', $.string), ')'),

    _separator: ($) => repeat1(choice(';', $._newline)),

    _sequence: ($) =>
      seq(
        field('body', $._statement),
        repeat(seq($._separator, field('body', $._statement))),
        optional($._separator),
      ),

    // Where E says *seq* and one expression is the rule: only several make a node.
    _item: ($) =>
      choice(
        field('item', $._statement),
        seq(field('item', $._statement), $._separator),
        field('item', $.sequence),
      ),

    sequence: ($) =>
      seq(
        field('body', $._statement),
        repeat1(seq($._separator, field('body', $._statement))),
        optional($._separator),
      ),

    block: ($) => seq('{', optional($._sequence), '}'),

    // ---- Expressions, loosest first

    expression: ($) =>
      choice($._operation, $.assignment, $.update, $.verb_update, $.define, $.forward),

    // `return` and its like stand in a sequence, not within an operation.
    _statement: ($) => choice($.expression, $.exit),

    exit: ($) =>
      choice(
        seq(
          field('kind', choice(kw('break'), kw('continue'), kw('return'))),
          optional(choice(seq('(', ')'), field('value', $.expression))),
        ),
        seq(field('kind', '^'), field('value', $.expression)),
      ),

    assignment: ($) => seq(field('target', $._operation), ':=', field('value', $.expression)),

    update: ($) =>
      seq(
        field('target', $._operation),
        field('operator', choice('//=', '+=', '-=', '*=', '/=', '%=', '%%=', '**=', '>>=', '<<=', '^=', '|=', '&=')),
        field('value', $.expression),
      ),

    // x with= (1)
    verb_update: ($) =>
      seq(
        field('target', $._operation),
        field('verb', choice(alias($._assigning_verb, $.identifier), $.string)),
        token.immediate('='),
        choice(field('arguments', $.arguments), field('value', $.expression)),
      ),

    define: ($) =>
      seq(
        choice(seq($._def, field('pattern', $.pattern)), field('pattern', $._keyword_pattern)),
        optional(seq(kw('exit'), field('ejector', $._operation))),
        ':=',
        field('value', $.expression),
      ),

    forward: ($) => prec(-1, seq($._def, field('noun', $._noun))),

    _operation: ($) =>
      choice(
        $.or,
        $.and,
        $.same,
        $.match_bind,
        $.binary,
        $.cast,
        $.unary,
        $.slot,
        $.binding,
        $.call,
        $.function_call,
        $.index,
        $.curry,
        $.send,
        $.curry_send,
        $.property,
        $.send_property,
        $.literal,
        $.identifier,
        $.quoted_noun,
        $.uri_getter,
        $.source_hole,
        $.uri,
        $.parenthesized,
        $.quasi,
        $.list,
        $.map,
        $.block,
        $.if,
        $.for,
        $.while,
        $.switch,
        $.try,
        $.escape,
        $.when,
        $.accum,
        $.meta,
        $.object,
        $.function,
        $.interface,
        $.function_interface,
        $.fn,
        $.thunk,
      ),

    or: ($) => prec.left(PREC.or, seq(field('left', $._operation), '||', field('right', $._operation))),
    and: ($) => prec.left(PREC.and, seq(field('left', $._operation), '&&', field('right', $._operation))),

    same: ($) =>
      prec.left(
        PREC.logical,
        seq(field('left', $._operation), field('operator', choice('==', '!=')), field('right', $._operation)),
      ),

    match_bind: ($) =>
      prec.left(
        PREC.logical,
        seq(field('specimen', $._operation), field('operator', choice('=~', '!~')), field('pattern', $.pattern)),
      ),

    binary: ($) =>
      choice(
        ...OPERATORS.map(([level, operators]) =>
          prec.left(
            level,
            seq(
              field('left', $._operation),
              field('operator', operators.length > 1 ? choice(...operators) : operators[0]),
              field('right', $._operation),
            ),
          ),
        ),
      ),

    cast: ($) => prec.left(PREC.order, seq(field('specimen', $._operation), ':', field('guard', $._guard))),

    // E lets minus take a primary only, and the others a call or less; the room above says so.
    unary: ($) =>
      prec(PREC.prefix, seq(field('operator', choice('!', '~', '*', '+', '-')), field('operand', $._operation))),

    slot: ($) => prec(PREC.prefix, seq('&', field('operand', $._operation))),
    binding: ($) => prec(PREC.prefix, seq('&&', field('operand', $._operation))),

    // ---- Calls and sends

    function_call: ($) =>
      prec(PREC.postfix, seq(field('recipient', $._operation), field('arguments', $.arguments))),

    call: ($) =>
      prec(
        PREC.postfix,
        seq(field('recipient', $._operation), '.', field('verb', $._verb), field('arguments', $.arguments)),
      ),

    curry: ($) => prec(PREC.prefix, seq(field('recipient', $._operation), '.', field('verb', $._verb))),

    index: ($) =>
      prec(PREC.postfix, seq(field('recipient', $._operation), field('arguments', alias($._indices, $.arguments)))),

    send: ($) =>
      prec(
        PREC.postfix,
        seq(
          field('recipient', $._operation),
          '<-',
          optional(field('verb', $._verb)),
          field('arguments', $.arguments),
        ),
      ),

    curry_send: ($) => prec(PREC.prefix, seq(field('recipient', $._operation), '<-', field('verb', $._verb))),

    property: ($) =>
      prec(
        PREC.postfix,
        seq(field('recipient', $._operation), '::', optional(field('slot', '&')), field('name', $._verb)),
      ),

    // x <- ::p
    send_property: ($) =>
      prec(
        PREC.postfix,
        seq(field('recipient', $._operation), '<-', '::', optional(field('slot', '&')), field('name', $._verb)),
      ),

    arguments: ($) => prec(1, seq('(', commas($._item), ')')),
    _indices: ($) => seq('[', commas($._item), ']'),

    _verb: ($) => choice($.identifier, $.string),

    // ---- Primaries

    _noun: ($) => choice($.identifier, $.quoted_noun, $.uri_getter, $.source_hole),

    // ::"any text", ::ident
    quoted_noun: ($) => seq('::', field('name', $._verb)),

    // <scheme>, a noun of its own
    uri_getter: ($) => seq('<', field('scheme', $.scheme), token.immediate('>')),

    // <scheme:body>
    uri: ($) =>
      seq(
        '<',
        field('scheme', $.scheme),
        token.immediate(':'),
        field('body', $.uri_body),
        token.immediate('>'),
      ),

    scheme: (_) => token.immediate(/[A-Za-z_][A-Za-z0-9_+\-.]*|[\p{L}_][\p{L}\p{N}_+\-.]*/),
    uri_body: (_) => token.immediate(/[A-Za-z0-9;\/?:@&=+$,\-_.!~*'()%\\|#\[\]]+/),

    // ${0} and @{0}, where E's own quasi-parser reads a template
    source_hole: (_) => token(seq(/[$@]\{/, /[0-9]+/, '}')),

    parenthesized: ($) => seq('(', $._item, ')'),

    list: ($) => seq('[', commas($._item), ']'),

    map: ($) => seq('[', commas1(field('entry', choice($.map_entry, $.map_export))), ']'),

    map_entry: ($) => seq($._key, '=>', $._value),
    _key: ($) =>
      choice(
        field('key', $._statement),
        seq(field('key', $._statement), $._separator),
        field('key', $.sequence),
      ),
    _value: ($) =>
      choice(
        field('value', $._statement),
        seq(field('value', $._statement), $._separator),
        field('value', $.sequence),
      ),

    map_export: ($) => seq('=>', optional(field('kind', choice('&', '&&'))), field('noun', $._noun)),

    // ---- Control

    if: ($) =>
      seq(
        kw('if'),
        field('test', $.parenthesized),
        field('then', $.block),
        optional(seq(kw('else'), field('else', choice($.if, $.block)))),
      ),

    for: ($) =>
      seq(
        kw('for'),
        $._iteration_patterns,
        kw('in'),
        field('collection', $.expression),
        optional($._newline),
        field('body', $.block),
        optional(field('catch', $.catch)),
      ),

    _iteration_patterns: ($) =>
      seq(optional(seq(field('key', $.pattern), '=>')), field('value', $.pattern)),

    while: ($) =>
      seq(kw('while'), field('test', $.parenthesized), field('body', $.block), optional(field('catch', $.catch))),

    switch: ($) =>
      seq(kw('switch'), field('specimen', $.parenthesized), '{', repeat(field('case', $.matcher)), '}'),

    try: ($) =>
      seq(kw('try'), field('body', $.block), repeat(field('catch', $.catch)), optional(field('finally', $.finally))),

    escape: ($) =>
      seq(
        kw('escape'),
        field('ejector', $.pattern),
        field('body', $.block),
        optional(field('catch', $.catch)),
      ),

    catch: ($) => seq(kw('catch'), field('pattern', $.pattern), field('body', $.block)),
    finally: ($) => seq(kw('finally'), field('body', $.block)),
    matcher: ($) => seq(kw('match'), field('pattern', $.pattern), field('body', $.block)),

    // when (a) -> (b) -> { … } waits for one after the other.
    when: ($) => seq(kw('when'), $._when_rest),

    _when_rest: ($) =>
      seq(
        field('awaited', $.arguments),
        '->',
        choice(
          field('then', alias($._when_rest, $.when)),
          seq(
            optional($._hard_head),
            field('body', $.block),
            repeat(field('catch', $.catch)),
            optional(field('finally', $.finally)),
          ),
        ),
      ),

    // The older form: a name for the body, and patterns for what is awaited.
    _hard_head: ($) =>
      seq(
        field('name', $._object_name),
        optional(field('parameters', $.parameters)),
        optional($._result_guard),
      ),

    accum: ($) =>
      seq(kw('accum'), field('start', $._operation), field('accumulator', $._accumulator)),

    _accumulator: ($) => choice($.accum_for, $.accum_if, $.accum_while),

    accum_for: ($) =>
      seq(
        kw('for'),
        $._iteration_patterns,
        kw('in'),
        field('collection', $._operation),
        field('body', $.accum_body),
        optional(field('catch', $.catch)),
      ),

    accum_if: ($) => seq(kw('if'), field('test', $.parenthesized), field('body', $.accum_body)),

    accum_while: ($) =>
      seq(
        kw('while'),
        field('test', $.parenthesized),
        field('body', $.accum_body),
        optional(field('catch', $.catch)),
      ),

    accum_body: ($) =>
      seq(
        '{',
        choice(
          seq(
            '_',
            field(
              'operator',
              choice('+', '-', '*', '/', '//', '%', '%%', '**', '&', '|', '^', '<<', '>>', '&!', '..', '..!'),
            ),
            field('value', $.expression),
          ),
          seq('_', '.', field('verb', $._verb), field('arguments', $.arguments)),
          field('accumulator', $._accumulator),
        ),
        optional($._separator),
        '}',
      ),

    meta: ($) => seq(kw('meta'), '.', field('verb', $.identifier), '(', ')'),

    fn: ($) =>
      seq(optional($._doc), kw('fn'), commas(field('parameter', $.pattern)), field('body', $.block)),

    thunk: ($) => seq(optional($._doc), kw('thunk'), field('body', $.block)),

    // ---- Objects

    // The tails are rules of their own, nested to the right, so that the parser's table holds each only once.

    object: ($) =>
      choice(
        seq($._def, field('name', $._object_name), $._object_tail),
        seq(optional($._doc), field('name', $._keyword_pattern), $._object_tail),
      ),

    // def f(p) { … }, def x.v(p) { … }, def x to v(p) { … }
    function: ($) =>
      choice(
        seq($._def, field('name', $._object_name), $._function_tail),
        seq(optional($._doc), field('name', $._keyword_pattern), $._function_tail),
      ),

    // A doc comment before a plain definition is read too, and complained about above.
    _def: ($) => seq(optional($._doc), kw('def')),
    _doc: ($) => field('doc', $.doc_comment),

    _object_name: ($) => choice($._noun, $.ignore_pattern, $._keyword_pattern, $.slot_pattern),

    _object_tail: ($) => choice(seq(kw('extends'), field('extends', $._operation), $._audited_body), $._audited_body),
    _audited_body: ($) => choice(seq(kw('as'), field('as', $._operation), $._implementing_body), $._implementing_body),
    _implementing_body: ($) => choice(seq($._implements, $._any_body), $._any_body),
    _any_body: ($) => choice(field('body', $.object_body), field('matcher', $.matcher)),

    _function_tail: ($) => choice(seq(choice('.', kw('to')), field('verb', $._verb), $._function_rest), $._function_rest),
    _function_rest: ($) => seq(field('parameters', $.parameters), $._guarded_function),
    _guarded_function: ($) => choice(seq($._result_guard, $._audited_block), $._audited_block),
    _audited_block: ($) => choice(seq(kw('as'), field('as', $._operation), $._implementing_block), $._implementing_block),
    _implementing_block: ($) => choice(seq($._implements, field('body', $.block)), field('body', $.block)),

    _implements: ($) => seq(kw('implements'), commasStrict(field('implements', $._operation))),

    object_body: ($) => seq('{', repeat(field('method', $.method)), repeat(field('matcher', $.matcher)), '}'),

    method: ($) =>
      seq(
        optional($._doc),
        field('kind', choice(kw('to'), kw('method'))),
        optional(field('verb', $._verb)),
        field('parameters', $.parameters),
        $._guarded_block,
      ),

    _guarded_block: ($) => choice(seq($._result_guard, field('body', $.block)), field('body', $.block)),

    parameters: ($) => seq('(', commas(field('item', $.pattern)), ')'),

    _result_guard: ($) => seq(':', field('result_guard', $._guard)),

    interface: ($) => seq($._interface, field('name', choice($._name_pattern, $.string)), $._interface_tail),
    _interface: ($) => seq(optional($._doc), kw('interface')),
    _interface_tail: ($) =>
      choice(seq(kw('guards'), field('guards', $.pattern), $._interface_extends), $._interface_extends),
    _interface_extends: ($) =>
      choice(seq(kw('extends'), commasStrict(field('extends', $._operation)), $._interface_implements), $._interface_implements),
    _interface_implements: ($) => choice(seq($._implements, $._messages), $._messages),
    _messages: ($) => seq('{', repeat(field('message', $.message)), '}'),

    function_interface: ($) =>
      prec.right(
        PREC.longest,
        seq(
          $._interface,
          field('name', $._name_pattern),
          optional(seq(choice('.', kw('to')), field('verb', $._verb))),
          field('parameters', alias($._params, $.parameters)),
          optional($._result_guard),
        ),
      ),

    message: ($) =>
      seq(
        optional($._doc),
        choice(kw('to'), kw('method'), kw('on')),
        optional(field('verb', $._verb)),
        field('parameters', alias($._params, $.parameters)),
        optional($._result_guard),
      ),

    _params: ($) => seq('(', commas(field('item', $.param)), ')'),

    param: ($) =>
      choice(
        seq(field('name', choice($._noun, '_')), optional(seq(':', field('guard', $._guard)))),
        seq(':', field('guard', $._guard)),
      ),

    // ---- Guards

    _guard: ($) =>
      choice($._noun, $.parenthesized, $.uri, alias($._guard_index, $.index), alias($._guard_property, $.property)),
    _guard_index: ($) =>
      prec(PREC.longest, seq(field('recipient', $._guard), field('arguments', alias($._indices, $.arguments)))),
    _guard_property: ($) => prec(PREC.longest, seq(field('recipient', $._guard), '::', field('name', $._verb))),

    // ---- Patterns

    pattern: ($) => choice($._sub_pattern, $.such_that_pattern),

    such_that_pattern: ($) =>
      prec.left(PREC.such_that, seq(field('pattern', $._sub_pattern), '?', field('test', $._operation))),

    _sub_pattern: ($) =>
      choice(
        $._name_pattern,
        $.via_pattern,
        $.list_pattern,
        $.map_pattern,
        $.same_pattern,
        $.call_pattern,
        $.quasi,
      ),

    _name_pattern: ($) =>
      choice($.final_pattern, $.ignore_pattern, $._keyword_pattern, $.slot_pattern, $.binding_pattern),

    _keyword_pattern: ($) => choice($.var_pattern, $.bind_pattern),

    _pattern_guard: ($) => seq(':', field('guard', $._guard)),

    final_pattern: ($) => prec.right(seq(field('noun', $._noun), optional($._pattern_guard))),
    ignore_pattern: ($) => prec.right(choice(seq('_', optional($._pattern_guard)), $._pattern_guard)),
    var_pattern: ($) => prec.right(seq(kw('var'), field('noun', $._noun), optional($._pattern_guard))),
    bind_pattern: ($) => prec.right(seq(kw('bind'), field('noun', $._noun), optional($._pattern_guard))),
    slot_pattern: ($) => prec.right(seq('&', field('noun', $._noun), optional($._pattern_guard))),
    binding_pattern: ($) => seq('&&', field('noun', $._noun)),

    via_pattern: ($) => seq(kw('via'), field('function', $.parenthesized), field('pattern', $._sub_pattern)),

    list_pattern: ($) =>
      prec.right(
        PREC.longest,
        seq('[', commas(field('item', $.pattern)), ']', optional(seq('+', field('rest', $._sub_pattern)))),
      ),

    map_pattern: ($) =>
      prec.right(
        PREC.longest,
        seq(
          '[',
          commas1(field('entry', choice($.map_pattern_entry, $.map_pattern_import))),
          ']',
          optional(seq('|', field('rest', $._sub_pattern))),
        ),
      ),

    map_pattern_entry: ($) =>
      seq(
        field('key', choice($.literal, $.parenthesized)),
        '=>',
        field('value', $.pattern),
        optional(seq(choice(':=', kw('default')), field('default', $._operation))),
      ),

    map_pattern_import: ($) =>
      seq('=>', field('pattern', choice($.final_pattern, $._keyword_pattern, $.slot_pattern, $.binding_pattern)), optional(seq(choice(':=', kw('default')), field('default', $._operation)))),

    same_pattern: ($) =>
      prec(PREC.primary, seq(field('operator', choice('==', '!=')), field('value', $._operation))),

    // m.v(p), m(p), m[p]; or the same after `in`
    call_pattern: ($) =>
      seq(
        optional(kw('in')),
        field('recipient', choice($._noun, $.parenthesized)),
        choice(
          seq(optional(seq('.', field('verb', $._verb))), field('parameters', $.parameters)),
          field('parameters', alias($._index_parameters, $.parameters)),
        ),
      ),
    _index_parameters: ($) => seq('[', commas(field('item', $.pattern)), ']'),

    // ---- Quasi-literals

    quasi: ($) =>
      seq(
        optional(field('parser', choice($.identifier, $.parenthesized))),
        '`',
        repeat(field('part', choice($.quasi_text, $.quasi_escape, $.value_hole, $.pattern_hole))),
        token.immediate('`'),
      ),

    // `` $$ @@ are a doubled character; $\n and @\n an escaped one.
    quasi_escape: (_) =>
      token.immediate(
        choice('``', '$$', '@@', seq(/[$@]\\/, choice(/[^uU0-7\r\n \t\f]/, /u[0-9a-fA-F]{4}/, /U[0-9a-fA-F]{8}/, /[0-7]{1,3}/, /[ \t\f]*(\r\n|\r|\n)/))),
      ),

    value_hole: ($) =>
      choice(
        seq(token.immediate('$'), field('noun', alias($._hole_identifier, $.identifier))),
        seq(token.immediate('${'), $._sequence, '}'),
      ),

    pattern_hole: ($) =>
      choice(
        seq(token.immediate('@'), field('pattern', alias($._hole_name, $.final_pattern))),
        seq(token.immediate('@'), field('pattern', alias($._hole_ignore, $.ignore_pattern))),
        seq(token.immediate('@{'), field('pattern', $.pattern), '}'),
      ),

    _hole_name: ($) => field('noun', alias($._hole_identifier, $.identifier)),
    _hole_ignore: (_) => token.immediate('_'),
    _hole_identifier: (_) => token.immediate(name),

    // ---- Literals and words

    literal: ($) => choice($.integer, $.float, $.char, $.string),

    integer: (_) => token(choice(digits, seq(/0[xX]/, repeat1(hex)))),
    float: (_) => token(seq(digits, choice(seq('.', digits, optional(exponent)), exponent))),
    char: (_) =>
      token(
        seq(
          "'",
          choice(/[^'\\\r\n]/, /\\[^uU0-7\r\n]/, /\\u[0-9a-fA-F]{4}/, /\\U[0-9a-fA-F]{8}/, /\\[0-7]{1,3}/),
          "'",
        ),
      ),

    string: ($) => seq('"', repeat(choice($.string_content, $.escape_sequence)), token.immediate('"')),

    escape_sequence: (_) =>
      token.immediate(
        seq('\\', choice(/[^uU0-7\r\n \t\f]/, /u[0-9a-fA-F]{4}/, /U[0-9a-fA-F]{8}/, /[0-7]{1,3}/, /[ \t\f]*(\r\n|\r|\n)/)),
      ),

    doc_comment: ($) => seq('/**', optional(field('text', $.doc_text)), token.immediate('*/')),

    comment: (_) => token(/#[^\r\n]*/),

    identifier: (_) => name,
  },
});
