--- Questions of the server (a gate, a question of an agent, leave to ask a server for its tools, words for a
--- prompt): asked one after the other by `vim.ui.select` and `vim.ui.input`, and never into the middle of what is
--- being typed.
local M = {}

---@type { ask: fun(answered: fun(choice: any)), answer: fun(choice: any) }[]
local waiting = {}
local asking = false

local function next_question()
  if asking or #waiting == 0 then return end
  if vim.api.nvim_get_mode().mode:sub(1, 1) ~= 'n' then
    vim.api.nvim_create_autocmd({ 'ModeChanged' }, {
      pattern = '*:n',
      once = true,
      callback = function() vim.schedule(next_question) end,
    })
    return
  end
  asking = true
  local question = table.remove(waiting, 1)
  question.ask(function(choice)
    asking = false
    -- `nil` would be no answer at all.
    question.answer(choice == nil and vim.NIL or choice)
    vim.schedule(next_question)
  end)
end

--- Waits for its turn and for what a person says, within the coroutine of a handler.
local function asked(routine, ask)
  waiting[#waiting + 1] = {
    ask = ask,
    answer = function(choice)
      vim.schedule(function() coroutine.resume(routine, choice) end)
    end,
  }
  vim.schedule(next_question)
  return coroutine.yield()
end

--- The handler of `window/showMessageRequest`.
function M.handler(error, params, context, config)
  local routine, main = coroutine.running()
  local actions = params.actions or {}
  if #actions == 0 or not routine or main or not require('segue').wants('questions') then
    return vim.lsp.handlers['window/showMessageRequest'](error, params, context, config)
  end
  return asked(routine, function(answered)
    local options = {
      kind = 'segue',
      prompt = params.message,
      format_item = function(action) return (action.title:gsub('[\r\n]+', ' ')) end,
    }
    vim.ui.select(actions, options, answered)
  end)
end

--- The handler of `segue/input`: words that somebody types.
function M.input(_, params)
  local routine, main = coroutine.running()
  if not routine or main or not require('segue').wants('questions') then return vim.NIL end
  return asked(routine, function(answered)
    local hint = type(params.placeholder) == 'string' and ' (' .. params.placeholder .. ')' or ''
    vim.ui.input({ prompt = params.message .. hint .. ' ' }, answered)
  end)
end

return M
