-- What there is besides the server's own features: `:Segue`, code lenses, questions and colours.
if vim.g.loaded_segue then return end
vim.g.loaded_segue = true

vim.api.nvim_create_user_command('Segue', function(arguments) require('segue').command(arguments.fargs) end, {
  nargs = '+',
  desc = 'Segue: explain, context, plan, launch, rehearse, tools, parser, log, restart',
  complete = function(lead, line) return require('segue').complete(lead, line) end,
})

local group = vim.api.nvim_create_augroup('segue', {})

-- After the filetype's own plugin, which starts Markdown's colours.
vim.api.nvim_create_autocmd('FileType', {
  group = group,
  pattern = 'markdown',
  desc = 'Segue: colours of agent primitives',
  callback = function(event) require('segue.colours').start(event.buf) end,
})

vim.api.nvim_create_autocmd('LspAttach', {
  group = group,
  desc = 'Segue: code lenses',
  callback = function(event)
    local client = vim.lsp.get_client_by_id(event.data.client_id)
    if client and client.name == 'segue' then require('segue').attached(client, event.buf) end
  end,
})
