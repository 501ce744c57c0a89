; Where names live. A pattern defines in the scope around it; the parts of a control form are scopes of their own.

[
  (program) (block) (function) (method) (matcher) (object_body) (fn) (thunk)
  (if) (for) (while) (switch) (try) (catch) (finally) (escape) (when)
  (accum_for) (accum_while) (accum_if)
] @local.scope

(final_pattern noun: (identifier) @local.definition)
(var_pattern noun: (identifier) @local.definition)
(bind_pattern noun: (identifier) @local.definition)
(slot_pattern noun: (identifier) @local.definition)
(binding_pattern noun: (identifier) @local.definition)
(forward noun: (identifier) @local.definition)
(object name: (identifier) @local.definition)
(function name: (identifier) @local.definition)
(when name: (identifier) @local.definition)
(param name: (identifier) @local.definition)

(identifier) @local.reference
