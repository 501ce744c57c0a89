; Neovim's names.

[
  (block) (object_body) (interface) (switch) (accum_body)
  (list) (map) (arguments) (parameters) (parenthesized) (list_pattern) (map_pattern)
] @indent.begin

["}" "]" ")"] @indent.branch @indent.end

[(comment) (doc_comment) (string) (quasi) (updoc)] @indent.ignore

(ERROR) @indent.auto
