/// <reference types="tree-sitter-cli/dsl" />
// What primitives add to Markdown, found in the text of a paragraph, a heading or a cell of a table: variables,
// expressions, arguments, tools, files, mentions, imports and commands. All else is text without a node.
//
// The server has a lexer of its own (server/syntax/src/lexer.rs). Both are held to grammars/cases.toml.

// Letters, digits and `_`, roughly: what is neither blank nor punctuation nor a symbol.
const WORD = '0-9A-Za-z_\\u00C0-\\u1FFF\\u2C00-\\u2FFF\\u3021-\\uFEFE\\u{10000}-\\u{1EFFF}\\u{20000}-\\u{3FFFF}';
const FOREIGN = WORD.replace('0-9A-Za-z_', '');
const BLANK = ' \\t\\r\\n\\u00A0\\u3000\\uFEFF';
// What may end the path of a file, and what may stand in one but at its end belongs to the sentence.
const SOLID = `[^${BLANK}\`<>|\\[\\]"#'(){},;:.!?*\\\\\u201D\u2019]`;
const INSIDE = `[^${BLANK}\`<>|\\[\\]"#]`;

const regex = source => new RegExp(source, 'u');

module.exports = grammar({
  name: 'segue',
  extras: _ => [],
  externals: $ => [
    $._variable_open,    // `${` that is closed on its line
    $._expression_open,  // `${{` that is closed soon
    $._code_open,        // backticks that as many backticks close
    $._code_close,
    $.import,            // `@path`, where the path is one
    $._recovering,       // never in a rule: tells the scanner that an error is being mended
  ],

  rules: {
    document: $ => seq(optional($._behind_blank), repeat(choice($._item, seq($._blank, optional($._behind_blank))))),

    // These need a blank or the beginning before them.
    _behind_blank: $ => choice($.command, $.import),
    _item: $ => choice($.variable, $.expression, $.argument, $.tool, $.file, $.mention, $._code, $._text),

    variable: $ => seq(
      alias($._variable_open, '${'),
      optional(field('scope', alias(token.immediate(/[^}:\n]+/), $.scope))),
      optional(seq(
        token.immediate(':'),
        optional(field('name', alias(token.immediate(/[^}:\n]+/), $.name))),
        optional(seq(token.immediate(':'), optional(field('hint', alias(token.immediate(/[^}\n]+/), $.hint))))),
      )),
      token.immediate('}'),
    ),

    expression: $ => seq(
      alias($._expression_open, '${{'),
      optional(alias(token.immediate(/([^}]|\}[^}])+/), $.inside)),
      token.immediate('}}'),
    ),

    argument: _ => token(choice(/\$ARGUMENTS(\[[0-9]+\])?/, /\$[0-9]/)),

    tool: $ => seq($._tool_mark, field('name', alias(
      token.immediate(prec(1, /[A-Za-z0-9_.\/-]*([A-Za-z0-9_\/-]|\/\*)/)), $.tool_name))),
    _tool_mark: $ => alias($._hash_tool, '#tool:'),
    _hash_tool: _ => /#[tT][oO][oO][lL]:/,

    file: $ => seq($._file_mark, field('path', alias(choice(
      token.immediate(prec(1, /"[^"\n]+"/)),
      token.immediate(prec(1, /'[^'\n]+'/)),
      token.immediate(prec(1, regex(`(${SOLID}|\\.\\.?\\/)(${INSIDE}*${SOLID})?`))),
    ), $.path))),
    _file_mark: $ => alias($._hash_file, '#file:'),
    _hash_file: _ => /#[fF][iI][lL][eE]:/,

    mention: _ => /@[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9_])?/,

    command: _ => /\/[a-z]([a-z0-9._:-]*[a-z0-9_])?/,

    _code: $ => seq($._code_open, repeat(choice($.variable, $.expression, $._code_text)), $._code_close),
    _code_text: _ => choice(/[^`$]+/, '$', /`+/),

    _blank: _ => regex(`[${BLANK}]+`),

    // The longest match wins: each line below takes away what only looks like one of the tokens above.
    _text: $ => choice(
      $._hash_tool,
      $._hash_file,
      regex(`[${WORD}]+([#@]|\\$[${WORD}]+)?`),
      regex(`\\$[${WORD}]+`),
      /\$[0-9][.,][0-9]+/,
      regex(`\\$\\$[${WORD}]+`),
      regex(`@[A-Za-z0-9][A-Za-z0-9_.-]*[\\/@\\\\${FOREIGN}][^${BLANK}$\`]*`),
      regex(`\\/[a-z][a-z0-9._:-]*[A-Z\\/\\\\{}<=%@&+~|^#${FOREIGN}][^${BLANK}$\`]*`),
      /[._+%\/@{-]@/,
      '{{#',
      /\]\([^\s()`$]*/,
      /<!--([^-]|-[^-]|--[^>])*-->/,
      /<[A-Za-z][A-Za-z0-9+.-]*:[^\s<>]*>/,
      regex(`\\\\[^${BLANK}]`),
      /`+/,
      regex(`[^${BLANK}]`),
    ),
  },
});
