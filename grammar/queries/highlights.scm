; What later patterns say about a node goes before what earlier ones say.

; Names

(identifier) @variable
(quoted_noun) @variable
(source_hole) @variable.special

((identifier) @constant.builtin
  (#any-of? @constant.builtin "true" "false" "null" "Infinity" "NaN"))
((identifier) @variable.builtin
  (#any-of? @variable.builtin "super" "throw" "E" "Ref" "interp"))

; Guards are what E has for types.

(final_pattern guard: (identifier) @type)
(ignore_pattern guard: (identifier) @type)
(var_pattern guard: (identifier) @type)
(bind_pattern guard: (identifier) @type)
(slot_pattern guard: (identifier) @type)
(cast guard: (identifier) @type)
(param guard: (identifier) @type)
(function result_guard: (identifier) @type)
(method result_guard: (identifier) @type)
(message result_guard: (identifier) @type)
(function_interface result_guard: (identifier) @type)
(when result_guard: (identifier) @type)
(final_pattern guard: (index recipient: (identifier) @type))
(var_pattern guard: (index recipient: (identifier) @type))
(cast guard: (index recipient: (identifier) @type))
(function result_guard: (index recipient: (identifier) @type))
(method result_guard: (index recipient: (identifier) @type))
(object implements: (identifier) @type)
(object as: (identifier) @type)
(function implements: (identifier) @type)
(function as: (identifier) @type)
(interface name: (final_pattern noun: (identifier) @type))
(interface extends: (identifier) @type)
(interface implements: (identifier) @type)
(function_interface name: (final_pattern noun: (identifier) @type))

; Calls and definitions

(call verb: (identifier) @function.method.call)
(send verb: (identifier) @function.method.call)
(curry verb: (identifier) @function.method.call)
(curry_send verb: (identifier) @function.method.call)
(verb_update verb: (identifier) @function.method.call)
(accum_body verb: (identifier) @function.method.call)
(call_pattern verb: (identifier) @function.method.call)
(function_call recipient: (identifier) @function.call)
(property name: (identifier) @property)
(send_property name: (identifier) @property)

(object name: (identifier) @constructor)
(function name: (identifier) @function)
(function verb: (identifier) @function.method)
(when name: (identifier) @function)
(method verb: (identifier) @function.method)
(message verb: (identifier) @function.method)
(pragma verb: (identifier) @function.builtin)
(meta verb: (identifier) @function.builtin)

(parameters item: (final_pattern noun: (identifier) @variable.parameter))
(parameters item: (var_pattern noun: (identifier) @variable.parameter))
(fn parameter: (final_pattern noun: (identifier) @variable.parameter))
(param name: (identifier) @variable.parameter)

; Literals

[(integer) (float)] @number
(char) @character
(string) @string
(escape_sequence) @string.escape
(uri) @string.special.url
(uri_getter) @string.special.url
(scheme) @module
(call verb: (string) @function.method.call)
(method verb: (string) @function.method)

(quasi ["`"] @string)
(quasi parser: (identifier) @function.macro)
(quasi_text) @string
(quasi_escape) @string.escape
(value_hole ["$" "${" "}"] @punctuation.special)
(pattern_hole ["@" "@{" "}"] @punctuation.special)

; Words

[
  "accum" "bind" "def" "exit" "fn" "guards" "in" "interface" "match" "meta" "method" "pragma" "thunk" "to" "var" "via"
] @keyword
["as" "extends" "implements"] @keyword
["if" "else" "switch"] @keyword.conditional
["for" "while" "break" "continue"] @keyword.repeat
["try" "catch" "finally" "escape"] @keyword.exception
["when"] @keyword.coroutine
(exit kind: "return" @keyword.return)
(exit kind: "^" @keyword.return)

[
  ":=" "+=" "-=" "*=" "/=" "//=" "%=" "%%=" "**=" "<<=" ">>=" "^=" "|=" "&="
  "||" "&&" "==" "!=" "=~" "!~" "&" "|" "&!" "<" "<=" "<=>" ">=" ".." "..!" "<<" ">>"
  "+" "-" "*" "/" "//" "%" "%%" "**" "!" "~" "<-" "->" "=>" "?"
] @operator
(binary operator: [">" "^"] @operator)
(verb_update "=" @operator)

["(" ")" "[" "]" "{" "}"] @punctuation.bracket
["," ";" "." ":" "::"] @punctuation.delimiter
(ignore_pattern) @variable.builtin

(value_hole "}" @punctuation.special)
(pattern_hole "}" @punctuation.special)

; Words about the program

(comment) @comment
(doc_comment) @comment.documentation
(updoc) @comment
