; What primitives add to Markdown. The names of the captures are known to Neovim and to Helix.
(variable ["${" "}"] @punctuation.special)
(variable ":" @punctuation.delimiter)
(variable (scope) @variable.builtin)
(variable (name) @variable.parameter)
(variable (hint) @string)

(expression ["${{" "}}"] @punctuation.special)
(expression (inside) @variable.member)

(argument) @variable.builtin

(tool "#tool:" @keyword)
(tool (tool_name) @function)

(file "#file:" @keyword)
(file (path) @string.special.path)

(import) @string.special.path
(mention) @type
(command) @function.macro
