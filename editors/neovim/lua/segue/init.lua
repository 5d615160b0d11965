--- Commands and code lenses of Segue.
local M = {}

--- What a user may turn off: `vim.g.segue = { lenses = false, colours = false, questions = false }`.
---@param name string
---@return boolean
function M.wants(name)
  local settings = vim.g.segue
  return type(settings) ~= 'table' or settings[name] ~= false
end

---@param buffer integer
---@return vim.lsp.Client?
local function client_of(buffer)
  return vim.lsp.get_clients({ bufnr = buffer, name = 'segue' })[1] or vim.lsp.get_clients({ name = 'segue' })[1]
end

---@param text string
local function complain(text) vim.notify('Segue: ' .. text, vim.log.levels.WARN) end

--- Hands a command to the server. Pages that it answers with are opened by Neovim's own `window/showDocument`.
---@param command string
---@param arguments any[]
local function execute(command, arguments)
  local buffer = vim.api.nvim_get_current_buf()
  local client = client_of(buffer)
  if not client then return complain('no server is running (:checkhealth segue)') end
  client:exec_cmd({ title = command, command = command, arguments = arguments }, { bufnr = buffer })
end

--- The codes of what is found in the cursor's line.
---@return string[]
local function codes_here()
  local found = {}
  local row = vim.api.nvim_win_get_cursor(0)[1] - 1
  for _, diagnostic in ipairs(vim.diagnostic.get(0, { lnum = row })) do
    if diagnostic.source == 'segue' and diagnostic.code then found[#found + 1] = tostring(diagnostic.code) end
  end
  return found
end

local function here() return vim.uri_from_bufnr(0) end

---@type table<string, fun(argument: string?)>
local commands = {
  explain = function(code)
    code = code or codes_here()[1]
    if not code then return complain('nothing is found in this line: name a code, :Segue explain link/missing-file') end
    execute('segue.explain', { code })
  end,
  context = function() execute('segue.showEffectiveContext', { here() }) end,
  plan = function() execute('segue.showPlan', { here() }) end,
  launch = function() execute('segue.launch', { { uri = here() } }) end,
  rehearse = function() execute('segue.rehearse', { { uri = here() } }) end,
  tools = function() execute('segue.refreshTools', { here() }) end,
  parser = function() require('segue.colours').build() end,
  log = function() vim.cmd.edit(vim.fn.fnameescape(vim.lsp.log.get_filename())) end,
  restart = function()
    vim.lsp.enable('segue', false)
    local stopped = vim.wait(5000, function() return #vim.lsp.get_clients({ name = 'segue' }) == 0 end, 20)
    if not stopped then return complain('the server does not end') end
    vim.lsp.enable('segue')
  end,
}

--- `:Segue NAME [ARGUMENT]`
---@param words string[]
function M.command(words)
  local command = commands[words[1]]
  if not command then return complain('no command ' .. tostring(words[1])) end
  command(words[2])
end

---@param lead string
---@param line string
---@return string[]
function M.complete(lead, line)
  local known = line:match('^%s*Segue%s+explain%s') and codes_here() or vim.tbl_keys(commands)
  table.sort(known)
  return vim.tbl_filter(function(name) return vim.startswith(name, lead) end, known)
end

--- Shows code lenses and keeps them fresh. `vim.lsp.codelens.run()` takes the one of the cursor's line.
---@param client vim.lsp.Client
---@param buffer integer
function M.attached(client, buffer)
  if not (M.wants('lenses') and client:supports_method('textDocument/codeLens', buffer)) then return end
  if vim.lsp.codelens.enable then
    vim.lsp.codelens.enable(true, { bufnr = buffer })
    return
  end
  -- Neovim 0.11 has to be told when.
  vim.api.nvim_create_autocmd({ 'BufEnter', 'InsertLeave', 'TextChanged' }, {
    group = vim.api.nvim_create_augroup('segue-lenses-' .. buffer, {}),
    buffer = buffer,
    callback = function() vim.lsp.codelens.refresh({ bufnr = buffer }) end,
  })
  vim.lsp.codelens.refresh({ bufnr = buffer })
end

return M
