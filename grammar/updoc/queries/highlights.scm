(prompt) @punctuation.special
(key) @property
(text) @string
(prose) @comment
(comment) @comment
(vat) @keyword
