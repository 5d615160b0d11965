-- Segue for Neovim's own client (0.11 and later): put this folder on the runtime path and say
--   vim.lsp.enable('segue')
-- `cmd` may be changed with vim.lsp.config('segue', { cmd = { '/path/to/segue', 'lsp' } }).

--- Files that are no Markdown and still ours.
local configuration = {
  ['mcp.json'] = true,
  ['.mcp.json'] = true,
  ['mcp-config.json'] = true,
  ['segue.toml'] = true,
}

---@type vim.lsp.Config
return {
  cmd = { 'segue', 'lsp' },
  -- There is a place to type what a prompt or an agent asks for.
  init_options = { inputs = true },
  handlers = {
    ['segue/input'] = function(...) return require('segue.questions').input(...) end,
    ['window/showMessageRequest'] = function(...) return require('segue.questions').handler(...) end,
  },
  filetypes = { 'markdown', 'json', 'jsonc', 'toml' },
  -- Markdown is always looked at (what is no primitive gets nothing); of JSON and TOML only what
  -- configures servers or Segue itself.
  root_dir = function(buffer, on_dir)
    local path = vim.api.nvim_buf_get_name(buffer)
    if path == '' then return end
    if vim.bo[buffer].filetype ~= 'markdown' and not configuration[vim.fs.basename(path)] then return end
    -- The repository; without one the folder that the customisations hang in.
    on_dir(vim.fs.root(buffer, '.git')
      or vim.fs.root(buffer, { 'segue.toml', '.github', '.claude', 'AGENTS.md' })
      or vim.fs.dirname(path))
  end,
}
