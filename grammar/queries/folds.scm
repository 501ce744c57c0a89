[
  (block) (object_body) (interface) (switch) (accum_body)
  (list) (map) (arguments) (parameters) (list_pattern) (map_pattern)
  (quasi) (string) (doc_comment) (updoc)
] @fold
