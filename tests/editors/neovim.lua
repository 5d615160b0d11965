-- Run by neovim.sh inside Neovim. Waits for what it expects, with generous limits as failure bounds.
local failures = 0
local function say(text) io.stdout:write(text .. '\n') end
local function check(name, ok, seen)
  say((ok and 'ok    ' or 'FAILED ') .. name .. ((ok or seen == nil) and '' or '  saw: ' .. vim.inspect(seen)))
  if not ok then failures = failures + 1 end
end
local function eventually(condition) return vim.wait(20000, condition, 10) end

vim.lsp.config('segue', { cmd = { vim.env.SEGUE, 'lsp' } })
vim.lsp.enable('segue')
vim.cmd.edit(vim.env.WORKSPACE .. '/.github/prompts/implement.prompt.md')
local buffer = vim.api.nvim_get_current_buf()

local function codes()
  local found = {}
  for _, diagnostic in ipairs(vim.diagnostic.get(buffer)) do found[diagnostic.code] = diagnostic end
  return found
end
local function text() return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), '\n') end

check('attaches', eventually(function() return #vim.lsp.get_clients({ bufnr = buffer, name = 'segue' }) == 1 end))
check('reports', eventually(function() return codes()['link/missing-anchor'] ~= nil end), vim.tbl_keys(codes()))

-- The range is the token, in Neovim's own columns.
local anchor = codes()['link/missing-anchor']
if anchor then
  local line = vim.api.nvim_buf_get_lines(buffer, anchor.lnum, anchor.lnum + 1, false)[1]
  check('marks the token', line:sub(anchor.col + 1, anchor.end_col) == '#pasword-hashing', line)
end

-- Multibyte text before the link, typed in: columns follow in every encoding.
if anchor then
  vim.api.nvim_buf_set_text(buffer, anchor.lnum, 0, anchor.lnum, 0, { '🚀 漢字 é: ' })
  check('follows multibyte edits', eventually(function()
    local now = codes()['link/missing-anchor']
    if not now then return false end
    local line = vim.api.nvim_buf_get_lines(buffer, now.lnum, now.lnum + 1, false)[1]
    return now.col > anchor.col and line:sub(now.col + 1, now.end_col) == '#pasword-hashing'
  end), codes()['link/missing-anchor'])
end

-- A quick fix, as the user applies it.
local now = codes()['link/missing-anchor']
if now then
  vim.api.nvim_win_set_cursor(0, { now.lnum + 1, now.col })
  vim.lsp.buf.code_action({ apply = true, filter = function(action) return action.title:find('password%-hashing') ~= nil end })
  check('applies a fix', eventually(function() return text():find('#password%-hashing') ~= nil end), text())
  check('clears what was mended', eventually(function() return codes()['link/missing-anchor'] == nil end), vim.tbl_keys(codes()))
end

-- Breaking it again brings the finding back: incremental edits reach the server.
local row = nil
for index, line in ipairs(vim.api.nvim_buf_get_lines(buffer, 0, -1, false)) do
  local at = line:find('#password-hashing', 1, true)
  if at then row = { index - 1, at } end
end
if row then
  vim.api.nvim_buf_set_text(buffer, row[1], row[2], row[1], row[2] + 1, { 'xyz' })
  check('reports again', eventually(function() return codes()['link/missing-anchor'] ~= nil end), vim.tbl_keys(codes()))
end

-- A document of no kind gets nothing.
vim.cmd.edit(vim.env.WORKSPACE .. '/NOTES.md')
local notes = vim.api.nvim_get_current_buf()
vim.api.nvim_buf_set_lines(notes, 0, -1, false, { '[x](gone.md)' })
check('attaches to other Markdown', eventually(function() return #vim.lsp.get_clients({ bufnr = notes, name = 'segue' }) == 1 end))
local attached = vim.lsp.get_clients({ bufnr = notes, name = 'segue' })[1]
if attached then
  -- Asked for, so that nothing hangs on when a push would come.
  local answer = attached:request_sync('textDocument/diagnostic', { textDocument = vim.lsp.util.make_text_document_params(notes) }, 20000, notes)
  local items = answer and answer.result and answer.result.items
  check('says nothing of other Markdown', items and #items == 0 and #vim.diagnostic.get(notes) == 0, answer)
end

-- The server ends when it is told to.
local client = vim.lsp.get_clients({ name = 'segue' })[1]
if client then
  client:stop()
  check('stops', eventually(function() return client:is_stopped() end))
end
if failures > 0 then vim.cmd('cquit 1') else vim.cmd('qall!') end
