; A transcript among the code.
((updoc) @injection.content
  (#set! injection.language "updoc"))

; E about E, and regular expressions, when no hole interrupts them.
((quasi
   parser: (identifier) @_parser
   .
   "`"
   .
   part: (quasi_text) @injection.content
   .
   "`")
  (#eq? @_parser "e")
  (#set! injection.language "e"))

((quasi
   parser: (identifier) @_parser
   part: (quasi_text) @injection.content)
  (#eq? @_parser "rx")
  (#set! injection.language "regex"))
