--- `:checkhealth segue`
local M = {}

function M.check()
  local health = vim.health
  health.start('Segue')
  if vim.fn.has('nvim-0.11') == 1 then
    health.ok('Neovim ' .. tostring(vim.version()))
  else
    health.error('Neovim 0.11 or later is needed')
    return
  end

  local command = (vim.lsp.config.segue or {}).cmd
  local program = type(command) == 'table' and command[1] or 'segue'
  if vim.fn.executable(program) == 1 then
    local ran, done = pcall(function() return vim.system({ program, '--version' }, { text = true }):wait(5000) end)
    if ran and done.code == 0 then
      health.ok(vim.trim(done.stdout) .. ' at ' .. vim.fn.exepath(program))
    else
      health.error('`' .. program .. ' --version` fails')
    end
  else
    health.error('`' .. program .. '` is not found', {
      'Put it on the PATH, or say where it is:',
      "vim.lsp.config('segue', { cmd = { '/path/to/segue', 'lsp' } })",
    })
  end

  if vim.lsp.is_enabled('segue') then
    health.ok('enabled, clients running: ' .. #vim.lsp.get_clients({ name = 'segue' }))
  else
    health.warn('not enabled', { "vim.lsp.enable('segue')" })
  end

  local colours = require('segue.colours')
  if colours.parser() then
    health.ok('parser of its own colours: ' .. colours.parser())
  else
    health.info('colours come from the server alone; `:Segue parser` compiles the parser for those of its own')
  end
end

return M
