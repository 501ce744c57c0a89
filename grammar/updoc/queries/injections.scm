; What is asked is the code without its prompts.
((code) @injection.content
  (#set! injection.language "e"))

((continuation) @injection.content
  (#set! injection.language "e"))
