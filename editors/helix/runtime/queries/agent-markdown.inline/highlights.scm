; The inside of a line of Markdown. Own queries, because `inherits` cannot name a language with a dot.
(code_span) @markup.raw.inline
(emphasis) @markup.italic
(strong_emphasis) @markup.bold
(strikethrough) @markup.strikethrough
[(code_span_delimiter) (emphasis_delimiter)] @punctuation.bracket
(backslash_escape) @constant.character.escape
(hard_line_break) @constant.character.escape
[(entity_reference) (numeric_character_reference)] @constant.character.escape
[(link_label) (link_text) (image_description)] @markup.link.text
[(link_destination) (uri_autolink) (email_autolink)] @markup.link.url
(html_tag) @tag
