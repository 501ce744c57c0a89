((object
   doc: (doc_comment text: (doc_text) @doc)?
   name: [
     (identifier) @name
     (bind_pattern noun: (identifier) @name)
     (var_pattern noun: (identifier) @name)
     (slot_pattern noun: (identifier) @name)
   ]) @definition.class)

((function
   doc: (doc_comment text: (doc_text) @doc)?
   name: [
     (identifier) @name
     (bind_pattern noun: (identifier) @name)
     (var_pattern noun: (identifier) @name)
   ]) @definition.function)

((method
   doc: (doc_comment text: (doc_text) @doc)?
   verb: (identifier) @name) @definition.method)

((interface
   doc: (doc_comment text: (doc_text) @doc)?
   name: (final_pattern noun: (identifier) @name)) @definition.interface)

((function_interface
   doc: (doc_comment text: (doc_text) @doc)?
   name: (final_pattern noun: (identifier) @name)) @definition.interface)

(program body: (define pattern: (final_pattern noun: (identifier) @name)) @definition.constant)
(program body: (define pattern: (var_pattern noun: (identifier) @name)) @definition.variable)

(call verb: (identifier) @name) @reference.call
(send verb: (identifier) @name) @reference.send
(function_call recipient: (identifier) @name) @reference.call
