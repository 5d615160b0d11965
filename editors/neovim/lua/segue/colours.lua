--- Own highlighting of agent primitives: Markdown's parser under another name, with other queries, and our
--- grammar injected into its text. The filetype stays `markdown`, and other Markdown is not touched.
local M = {}

local LANGUAGE = 'segue_markdown'

--- Names and folders of agent primitives, as Lua patterns on a path with `/`.
local PRIMITIVES = {
  '%.agent%.md$', '%.chatmode%.md$', '%.prompt%.md$', '%.instructions%.md$', '%.spec%.md$', '%.plan%.md$',
  '%.memory%.md$', '%.context%.md$', '/SKILL%.md$', '/AGENTS%.md$', '/CLAUDE%.md$', '/CLAUDE%.local%.md$',
  '/GEMINI%.md$', '/copilot%-instructions%.md$', '/%.github/agents/[^/]+%.md$', '/%.github/workflows/[^/]+%.md$',
  '/%.claude/agents/[^/]+%.md$', '/%.claude/commands/.+%.md$', '/%.claude/rules/.+%.md$',
  '/%.copilot/agents/[^/]+%.md$',
}

---@param path string
---@return boolean
function M.is_primitive(path)
  path = vim.fs.normalize(path)
  if path:match('/README%.md$') then return false end
  return vim.iter(PRIMITIVES):any(function(pattern) return path:match(pattern) ~= nil end)
end

local function built() return vim.fs.joinpath(vim.fn.stdpath('data'), 'segue', 'segue.so') end

--- Where our parser is: on the runtime path (`parser/segue.so`), or where |:Segue-parser| put it.
---@return string?
function M.parser()
  local found = vim.api.nvim_get_runtime_file('parser/segue.*', false)[1]
  return found or (vim.uv.fs_stat(built()) and built()) or nil
end

--- The folder with the sources of our parser: beside this plugin in a checkout of Segue.
---@return string?
function M.sources()
  local own = vim.fs.dirname(debug.getinfo(1, 'S').source:sub(2))
  for _, up in ipairs({ '../../../..', '../..' }) do
    local folder = vim.fs.normalize(vim.fs.joinpath(own, up, 'grammars/tree-sitter-segue/src'))
    local resolved = vim.uv.fs_realpath(folder)
    if resolved then return resolved end
  end
end

--- Whether the two languages are there; loads them.
---@return boolean
local function load()
  local parser = M.parser()
  local markdown = vim.api.nvim_get_runtime_file('parser/markdown.*', false)[1]
  if not (parser and markdown) then return false end
  return (pcall(vim.treesitter.language.add, 'segue', { path = parser })
    and pcall(vim.treesitter.language.add, LANGUAGE, { path = markdown, symbol_name = 'markdown' }))
end

--- Colours a buffer, if it is a primitive and the parser is there. Without it the server's semantic tokens do.
---@param buffer integer
function M.start(buffer)
  if not require('segue').wants('colours') then return end
  if not (M.is_primitive(vim.api.nvim_buf_get_name(buffer)) and load()) then return end
  vim.treesitter.start(buffer, LANGUAGE)
end

--- Compiles our parser with the machine's C compiler.
function M.build()
  local sources = M.sources()
  if not sources then
    return vim.notify('Segue: the sources of the parser are not beside this plugin', vim.log.levels.WARN)
  end
  local target = built()
  vim.fn.mkdir(vim.fs.dirname(target), 'p')
  local command = { vim.env.CC or 'cc', '-shared', '-fPIC', '-Os', '-I', sources, '-o', target,
    vim.fs.joinpath(sources, 'parser.c'), vim.fs.joinpath(sources, 'scanner.c') }
  local ran, done = pcall(function() return vim.system(command, { text = true }):wait() end)
  if not ran or done.code ~= 0 then
    return vim.notify('Segue: ' .. (ran and done.stderr or tostring(done)), vim.log.levels.ERROR)
  end
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(buffer) and vim.bo[buffer].filetype == 'markdown' then M.start(buffer) end
  end
end

return M
