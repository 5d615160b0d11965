; inherits: markdown

; What primitives add, in all of the text.
([(inline) (pipe_table_cell)] @injection.content
  (#set! injection.language "segue"))
