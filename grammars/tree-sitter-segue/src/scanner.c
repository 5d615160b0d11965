// What needs a look ahead: whether a variable, an expression or a code span is closed at all, and whether
// what stands behind an `@` is a path.

#include "tree_sitter/alloc.h"
#include "tree_sitter/parser.h"

#include <string.h>

enum Token { VARIABLE_OPEN, EXPRESSION_OPEN, CODE_OPEN, CODE_CLOSE, IMPORT, RECOVERING };

// How far an end is looked for, in characters.
static const unsigned LONGEST_EXPRESSION = 2000;
static const unsigned LONGEST_CODE = 10000;
#define LONGEST_PATH 500
static const unsigned MOST_BACKTICKS = 255;

// The backticks that opened the code span that is being read; none outside of one.
typedef struct {
  uint8_t backticks;
} State;

void *tree_sitter_segue_external_scanner_create(void) { return ts_calloc(1, sizeof(State)); }

void tree_sitter_segue_external_scanner_destroy(void *payload) { ts_free(payload); }

unsigned tree_sitter_segue_external_scanner_serialize(void *payload, char *buffer) {
  buffer[0] = (char)((State *)payload)->backticks;
  return 1;
}

void tree_sitter_segue_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
  ((State *)payload)->backticks = length == 1 ? (uint8_t)buffer[0] : 0;
}

static void advance(TSLexer *lexer) { lexer->advance(lexer, false); }

static unsigned count_backticks(TSLexer *lexer) {
  unsigned count = 0;
  while (lexer->lookahead == '`' && count < MOST_BACKTICKS) {
    advance(lexer);
    count++;
  }
  return count;
}

static bool scan_code(State *state, TSLexer *lexer, const bool *valid) {
  unsigned count = count_backticks(lexer);
  lexer->mark_end(lexer);
  if (valid[CODE_CLOSE]) {
    if (count != state->backticks) return false;
    state->backticks = 0;
    lexer->result_symbol = CODE_CLOSE;
    return true;
  }
  for (unsigned passed = 0; passed < LONGEST_CODE && !lexer->eof(lexer);) {
    if (lexer->lookahead != '`') {
      advance(lexer);
      passed++;
      continue;
    }
    unsigned closing = count_backticks(lexer);
    if (closing == count) {
      state->backticks = (uint8_t)count;
      lexer->result_symbol = CODE_OPEN;
      return true;
    }
    passed += closing;
  }
  return false;
}

static bool scan_expression(TSLexer *lexer) {
  int32_t before = 0;
  for (unsigned passed = 0; passed < LONGEST_EXPRESSION && !lexer->eof(lexer); passed++) {
    if (before == '}' && lexer->lookahead == '}') {
      lexer->result_symbol = EXPRESSION_OPEN;
      return true;
    }
    before = lexer->lookahead;
    advance(lexer);
  }
  return false;
}

static bool scan_variable(TSLexer *lexer) {
  while (!lexer->eof(lexer) && lexer->lookahead != '\n' && lexer->lookahead != '\r') {
    if (lexer->lookahead == '}') {
      lexer->result_symbol = VARIABLE_OPEN;
      return true;
    }
    advance(lexer);
  }
  return false;
}

static bool is_one_of(int32_t c, const char *set) { return c > 0 && c < 0x80 && strchr(set, c); }

static bool is_blank(int32_t c) { return is_one_of(c, " \t\r\n") || c == 0xA0 || c == 0x3000 || c == 0xFEFF; }

// Whether this belongs to the sentence where it ends a path.
static bool is_punctuation(int32_t c) { return is_one_of(c, ",;:.!?'*\\(){}") || c == 0x201D || c == 0x2019; }

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

static bool is_alphanumeric(char c) { return is_letter(c) || (c >= '0' && c <= '9'); }

static bool is_text_file(const char *extension) {
  static const char *const known[] = {"md",   "mdc",   "mdx",  "markdown", "txt",  "json",
                                      "jsonc", "yaml", "yml",  "toml",     "rst",  "adoc"};
  char lower[16] = {0};
  if (strlen(extension) >= sizeof lower) return false;
  for (unsigned i = 0; extension[i]; i++) lower[i] = (char)(extension[i] | 0x20);
  for (unsigned i = 0; i < sizeof known / sizeof known[0]; i++) {
    if (!strcmp(lower, known[i])) return true;
  }
  return false;
}

// Without a leading dot only a file name with an extension makes a path: `@scope/package` is none.
static bool is_path(const char *path) {
  static const char *const anchors[] = {"./", "../", "~/", "/"};
  for (unsigned i = 0; i < sizeof anchors / sizeof anchors[0]; i++) {
    size_t length = strlen(anchors[i]);
    if (!strncmp(path, anchors[i], length) && path[length]) return true;
  }
  if (!(is_alphanumeric(path[0]) || is_one_of(path[0], "._\x7F"))) return false;
  const char *slash = strrchr(path, '/');
  const char *last = slash ? slash + 1 : path;
  const char *dot = strrchr(last, '.');
  if (!dot || dot == last) return false;
  const char *extension = dot + 1;
  if (is_text_file(extension)) return true;
  bool letter = false;
  for (unsigned i = 0; extension[i]; i++) {
    if (!is_alphanumeric(extension[i])) return false;
    letter |= is_letter(extension[i]);
  }
  return slash && letter && strlen(extension) <= 10;
}

static bool scan_import(TSLexer *lexer) {
  // Letters beyond ASCII stand in it as DEL: they only have to be no punctuation.
  char path[LONGEST_PATH + 1] = {0};
  unsigned length = 0, solid = 0;
  advance(lexer);
  while (!lexer->eof(lexer) && !is_blank(lexer->lookahead) && !is_one_of(lexer->lookahead, "`<>|[]\"@")) {
    if (length == LONGEST_PATH) return false;
    int32_t c = lexer->lookahead;
    path[length++] = c > 0 && c < 0x7F ? (char)c : 0x7F;
    advance(lexer);
    if (!is_punctuation(c)) {
      solid = length;
      lexer->mark_end(lexer);
    }
  }
  path[solid] = 0;
  lexer->result_symbol = IMPORT;
  return lexer->lookahead != '@' && is_path(path);
}

bool tree_sitter_segue_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid) {
  if (valid[RECOVERING]) return false;
  if (lexer->lookahead == '`' && (valid[CODE_OPEN] || valid[CODE_CLOSE])) {
    return scan_code((State *)payload, lexer, valid);
  }
  if (lexer->lookahead == '@' && valid[IMPORT]) return scan_import(lexer);
  if (lexer->lookahead != '$' || !valid[VARIABLE_OPEN]) return false;
  advance(lexer);
  if (lexer->lookahead != '{') return false;
  advance(lexer);
  if (lexer->lookahead != '{') {
    lexer->mark_end(lexer);
    return scan_variable(lexer);
  }
  advance(lexer);
  lexer->mark_end(lexer);
  return scan_expression(lexer);
}
