-- Run by neovim.sh inside Neovim. Everything is done as a user does it, and waited for with generous limits
-- as failure bounds. A check begins with the name of the feature that it stands for (see withheld.sh).
local patience = tonumber(vim.env.SEGUE_PATIENCE or '30') * 1000
local failures = 0
local function check(name, ok, seen)
  io.stdout:write((ok and 'ok     ' or 'FAILED ') .. name .. ((ok or seen == nil) and '' or '  saw: ' .. vim.inspect(seen)) .. '\n')
  if not ok then failures = failures + 1 end
  return ok
end

-- The tests are a coroutine, so that Neovim takes keys and messages while they wait.
local routine
local function eventually(condition, limit)
  local before = vim.uv.now()
  while true do
    if condition() then return true end
    if vim.uv.now() - before > (limit or patience) then return false end
    vim.defer_fn(function() coroutine.resume(routine) end, 10)
    coroutine.yield()
  end
end
-- Asks, and asks again as a user does where nothing came: Neovim drops an answer when the buffer or the cursor
-- changed behind the question, and closes a float when the cursor's last move is told late. Not while an answer is to
-- come: what it changes would be changed twice.
local function asked(ask, condition, limit)
  local before = -math.huge
  local function waits()
    return vim.iter(vim.lsp.get_clients({ bufnr = 0, name = 'segue' })):any(function(own)
      return vim.iter(pairs(own.requests)):any(function(_, request) return request.type == 'pending' end)
    end)
  end
  return eventually(function()
    if condition() then return true end
    if vim.uv.now() - before > 1000 and not waits() then
      before = vim.uv.now()
      ask()
    end
    return false
  end, limit)
end
local function keys(text) vim.api.nvim_input(text) end

local function lines(buffer) return vim.api.nvim_buf_get_lines(buffer or 0, 0, -1, false) end
local function text(buffer) return table.concat(lines(buffer), '\n') end
local function on_disk(path) return table.concat(vim.fn.readfile(vim.fs.joinpath(vim.env.WORKSPACE, path)), '\n') end
local function client(buffer) return vim.lsp.get_clients({ bufnr = buffer or 0, name = 'segue' })[1] end
-- Opens a file as it is on disk, and waits for the server to take it.
local function open(path, folder)
  vim.cmd('silent edit! ' .. vim.fs.joinpath(folder or vim.env.WORKSPACE, path))
  local buffer = vim.api.nvim_get_current_buf()
  eventually(function() return client(buffer) ~= nil and client(buffer).initialized end)
  return buffer
end
local function put_cursor_on(word)
  for row, line in ipairs(lines()) do
    local at = line:find(word, 1, true)
    if at then return vim.api.nvim_win_set_cursor(0, { row, at - 1 }) end
  end
  error('no ' .. word)
end
local function codes(buffer)
  local found = {}
  for _, diagnostic in ipairs(vim.diagnostic.get(buffer)) do found[diagnostic.code] = diagnostic end
  return found
end

local prompt = '.github/prompts/implement.prompt.md'

local function attach()
  local buffer = open(prompt)
  check('attach', eventually(function() return client(buffer) ~= nil end))
  check('attach: the filetype stays', vim.bo[buffer].filetype == 'markdown', vim.bo[buffer].filetype)
end

local function diagnostics()
  local buffer = open(prompt)
  local function anchor() return codes(buffer)['link/missing-anchor'] end
  if not check('diagnostics', eventually(anchor), vim.tbl_keys(codes(buffer))) then return end
  local now = anchor()
  local line = lines(buffer)[now.lnum + 1]
  check('diagnostics: mark the token', line:sub(now.col + 1, now.end_col) == '#pasword-hashing', line)
  -- Multibyte text before the link, typed in: columns follow in every encoding.
  local before = now.col
  vim.api.nvim_buf_set_text(buffer, now.lnum, 0, now.lnum, 0, { '🚀 漢字 é: ' })
  check('diagnostics: follow multibyte edits', eventually(function()
    now = anchor()
    if not now or now.col <= before then return false end
    line = lines(buffer)[now.lnum + 1]
    return line:sub(now.col + 1, now.end_col) == '#pasword-hashing'
  end), anchor())
end

local function hover()
  open(prompt)
  put_cursor_on('mode:')
  local float
  check('hover', asked(vim.lsp.buf.hover, function()
    for _, window in ipairs(vim.api.nvim_list_wins()) do
      if vim.api.nvim_win_get_config(window).relative ~= '' then
        float = window
        return text(vim.api.nvim_win_get_buf(window)):find('Works on its own, with tools', 1, true) ~= nil
      end
    end
  end))
  if float then vim.api.nvim_win_close(float, true) end
end

local function completion()
  local buffer = open('.github/agents/planner.agent.md')
  if client(buffer):supports_method('textDocument/completion') then
    vim.lsp.completion.enable(true, client(buffer).id, buffer)
  end
  vim.bo[buffer].omnifunc = 'v:lua.vim.lsp.omnifunc'
  keys('ggoargum')
  local offered = asked(function()
    if vim.fn.pumvisible() == 0 then keys('<C-x><C-o>') end
  end, function()
    return vim.fn.pumvisible() == 1 and vim.iter(vim.fn.complete_info({ 'items' }).items):any(function(item)
      return item.abbr:find('argument-hint', 1, true) ~= nil or item.word:find('argument-hint', 1, true) ~= nil
    end)
  end)
  check('completion', offered, lines(buffer)[2])
  if offered then
    keys('<C-y>')
    check('completion: is accepted', eventually(function() return lines(buffer)[2]:find('^argument%-hint:') ~= nil end), lines(buffer)[2])
  end
  keys('<Esc><Esc>')
  eventually(function() return vim.api.nvim_get_mode().mode == 'n' end)
end

local function actions()
  local buffer = open(prompt)
  put_cursor_on('pasword-hashing')
  check('actions', asked(function()
    vim.lsp.buf.code_action({ apply = true, filter = function(action) return action.title:find('password%-hashing') ~= nil end })
  end, function() return text(buffer):find('#password%-hashing') ~= nil end))
  check('actions: what was mended is told no more', eventually(function() return codes(buffer)['link/missing-anchor'] == nil end))
end

local function rename()
  local buffer = open('docs/auth.memory.md')
  put_cursor_on('Password hashing')
  local renamed = asked(function() vim.lsp.buf.rename('How we hash') end, function()
    return text(buffer):find('## How we hash', 1, true) ~= nil
  end)
  if not check('rename', renamed) then return end
  vim.cmd('silent wall')
  for _, path in ipairs({ 'specs/sign-in.spec.md', '.github/instructions/security.instructions.md' }) do
    check('rename: ' .. path .. ' follows', on_disk(path):find('#how-we-hash', 1, true) ~= nil, on_disk(path))
  end
end

local function lenses()
  local buffer = open('specs/sign-in.spec.md')
  local function drawn()
    for _, space in pairs(vim.api.nvim_get_namespaces()) do
      for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(buffer, space, 0, -1, { details = true })) do
        local shown = vim.inspect({ mark[4].virt_text, mark[4].virt_lines })
        if shown:find('task', 1, true) then return true end
      end
    end
    return false
  end
  check('lenses', eventually(drawn))
end

local function commands()
  local buffer = open('specs/sign-in.spec.md')
  vim.cmd('Segue plan')
  check('commands', eventually(function() return vim.api.nvim_get_current_buf() ~= buffer end), vim.fn.bufname())
  check('commands: are completed', vim.tbl_contains(vim.fn.getcompletion('Segue ex', 'cmdline'), 'explain'))
end

-- The server asks before it starts another: the question comes through vim.ui.select, and not while one types.
local function questions()
  local buffer = open('AGENTS.md')
  local asked
  local usual = vim.ui.select
  vim.ui.select = function(items, options, choose)
    asked = { prompt = options.prompt, mode = vim.api.nvim_get_mode().mode }
    choose(items[#items])
  end
  keys('i')
  eventually(function() return vim.api.nvim_get_mode().mode == 'i' end)
  vim.cmd('Segue tools')
  -- An answer that comes after the question: by then it would have been asked.
  local answered
  client(buffer):request('workspace/symbol', { query = 'Planner' }, function() answered = true end, buffer)
  eventually(function() return answered end)
  check('questions: wait while one types', asked == nil, asked)
  keys('<Esc>')
  check('questions', eventually(function() return asked ~= nil end) and asked.mode == 'n', asked)
  vim.ui.select = usual
end

-- A plan is carried out by the rehearsal agent: launched by a command, asked about through vim.ui.select, and where a
-- question has no options through vim.ui.input. There it is put aside, and answered by a selection.
local function runs()
  open('x.spec.md', vim.env.REHEARSAL)
  local function shows(name)
    return function()
      return vim.iter(vim.api.nvim_list_bufs()):any(function(own) return vim.api.nvim_buf_get_name(own):find(name, 1, true) ~= nil end)
    end
  end
  local chosen, typed = {}, {}
  local usual_select, usual_input = vim.ui.select, vim.ui.input
  vim.ui.select = function(items, options, choose)
    chosen[#chosen + 1] = options.prompt
    local wanted = options.prompt:find('Which one?', 1, true) and 'left' or 'Approve'
    choose(vim.iter(items):find(function(item) return item.title == wanted end))
  end
  vim.ui.input = function(options, answered)
    typed[#typed + 1] = options.prompt
    answered(nil)
  end
  local function has(prompts, words)
    return function() return table.concat(prompts, '\n'):find(words, 1, true) ~= nil end
  end
  vim.cmd('Segue launch')
  -- What would be done is shown before it is asked about.
  if check('runs', eventually(shows('list.txt'))) then
    -- What a run does meanwhile takes its time where the machine is busy.
    local long = 4 * patience
    local answered = eventually(function() return #chosen > 0 end) and eventually(has(chosen, 'Which one?'), long)
    if check('questions: a run asks', answered, chosen) then
      local is_asked = eventually(has(typed, 'Which name?'), long)
      check('questions: one without options takes words', is_asked, { chosen, typed })
      open('x.spec.md', vim.env.REHEARSAL)
      local words, wanted = 'The second', 'Answer second with the selected text'
      local is_answered = asked(function()
        put_cursor_on(words)
        vim.cmd('normal! v' .. #words - 1 .. 'l')
        vim.lsp.buf.code_action({ apply = true, filter = function(action) return vim.startswith(action.title, wanted) end })
        keys('<Esc>')
      end, has(chosen, 'completion'), long)
      if check('actions: a selection answers a question', is_answered, { chosen, typed }) then
        check('runs: the report is shown', eventually(shows('report of'), long), chosen)
        local list = { 'git', '-C', vim.env.REHEARSAL, 'for-each-ref', '--format=%(refname)', 'refs/heads/segue/*/integration' }
        local branch = vim.fn.systemlist(list)[1]
        local function written(name)
          return vim.fn.systemlist({ 'git', '-C', vim.env.REHEARSAL, 'show', tostring(branch) .. ':' .. name })[1]
        end
        local done = { written('first.txt'), written('second.txt') }
        check('runs: what was answered is what was done', done[1] == 'left' and done[2] == words, done)
      end
    end
    -- A prompt asks for its words; without them nothing is launched.
    open('add.prompt.md', vim.env.REHEARSAL)
    vim.cmd('Segue launch')
    check('questions: words are asked for', eventually(has(typed, 'path/of/it')), typed)
  end
  vim.ui.select, vim.ui.input = usual_select, usual_input
end

local function colours()
  vim.cmd('Segue parser')
  -- The plugin itself colours what is opened.
  local buffer = open(prompt)
  put_cursor_on('specFile')
  local cursor = vim.api.nvim_win_get_cursor(0)
  local function captures()
    vim.treesitter.get_parser(buffer):parse(true)
    return vim.iter(vim.treesitter.get_captures_at_pos(buffer, cursor[1] - 1, cursor[2])):map(function(capture)
      return capture.lang .. '.' .. capture.capture
    end):totable()
  end
  check('colours', eventually(function() return vim.tbl_contains(captures(), 'segue.variable.parameter') end), captures())
  local notes = open('NOTES.md')
  check('colours: other Markdown keeps its own', vim.treesitter.highlighter.active[notes].tree:lang() == 'markdown')
end

local function other_markdown()
  local buffer = open('NOTES.md')
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, { '[x](gone.md)' })
  -- Asked for, so that nothing hangs on when a push would come; again where Neovim, which asks itself after an
  -- edit, has called the question back.
  local answer
  local sent = -1000
  local params = { textDocument = vim.lsp.util.make_text_document_params(buffer) }
  eventually(function()
    if vim.uv.now() - sent >= 1000 then
      sent = vim.uv.now()
      client(buffer):request('textDocument/diagnostic', params, function(_, result) answer = result or {} end, buffer)
    end
    return answer
  end)
  check('silence about other Markdown', answer and #(answer.items or {}) == 0 and #vim.diagnostic.get(buffer) == 0, answer)
  vim.bo[buffer].modified = false
end

local function health()
  vim.cmd('checkhealth segue')
  local told = text()
  check('health', told:find('segue %d') ~= nil and not told:find('ERROR', 1, true), told)
  vim.cmd.bdelete()
  vim.cmd('help segue')
  check('help', vim.fn.expand('%:t') == 'segue.txt', vim.fn.expand('%'))
end

local function stop()
  local running = vim.lsp.get_clients({ name = 'segue' })[1]
  running:stop()
  check('stop', eventually(function() return running:is_stopped() end))
end

routine = coroutine.create(function()
  vim.o.swapfile = false
  vim.o.completeopt = 'menuone,noinsert'
  vim.o.hidden = true
  vim.lsp.config('segue', { cmd = { vim.env.SEGUE, 'lsp' } })
  vim.lsp.enable('segue')
  vim.cmd('helptags ' .. vim.fn.fnameescape(vim.env.HELP))
  local steps = { attach, diagnostics, hover, completion, actions, rename, lenses, commands, questions, runs, colours, other_markdown, health, stop }
  for _, step in ipairs(steps) do
    -- A step may end in a coroutine of its own: errors are told, the rest goes on.
    local ran, trouble = xpcall(step, debug.traceback)
    if not ran then check('broken step', false, trouble) end
  end
  if failures > 0 then vim.cmd('cquit 1') else vim.cmd('qall!') end
end)
coroutine.resume(routine)
