; inherits: markdown

; The last injection into a node is the one that counts: text goes to the variant that knows primitives.
([(inline) (pipe_table_cell)] @injection.content
  (#set! injection.language "agent-markdown.inline")
  (#set! injection.include-unnamed-children))
