; What primitives add, in all of the text.
((inline) @injection.content
  (#set! injection.language "segue")
  (#set! injection.include-unnamed-children))
