;;; segue.el --- Segue for eglot  -*- lexical-binding: t; -*-

;; Language server for agent primitives: `.agent.md', `.prompt.md', SKILL.md, AGENTS.md, specs and plans.
;; Emacs 29 or later brings eglot along; a mode for Markdown is a package of its own (`markdown-mode').
;;
;; Load this file, or copy it into your init file.  `segue-program' may be a path.

;;; Code:

(require 'eglot)
(require 'conf-mode)

(defgroup segue nil "Language server for agent primitives." :group 'eglot)

(defcustom segue-program "segue"
  "The program that is started."
  :type 'string)

(defconst segue-files
  (rx (or (seq "." (or "agent" "chatmode" "prompt" "instructions" "spec" "plan" "memory" "context") ".md")
          (seq "/" (or "SKILL" "AGENTS" "CLAUDE" "CLAUDE.local" "GEMINI" "copilot-instructions") ".md")
          (seq "/." (or "github/agents" "github/workflows" "claude/agents" "copilot/agents") "/"
               (+ (not "/")) ".md")
          (seq "/.claude/" (or "commands" "rules") "/" (+ any) ".md")
          "/segue.toml")
      string-end)
  "Names of agent primitives, and of what sets Segue up.")

(define-derived-mode segue-toml-mode conf-toml-mode "Segue"
  "What sets Segue up.  No other TOML starts the server.")
(add-to-list 'auto-mode-alist '("/segue\\.toml\\'" . segue-toml-mode))

;; The first entry that fits a mode wins: what is no primitive gets nothing from Segue, so it may serve all of it.
(add-to-list 'eglot-server-programs
             '(((markdown-mode :language-id "markdown") (gfm-mode :language-id "markdown")
                (markdown-ts-mode :language-id "markdown") (segue-toml-mode :language-id "toml"))
               . (lambda (&rest _) (list segue-program "lsp"))))

;;;###autoload
(defun segue-ensure ()
  "Start Segue in this buffer, if its file is an agent primitive or sets Segue up."
  (when (and buffer-file-name (string-match-p segue-files buffer-file-name))
    (eglot-ensure)))

(dolist (hook '(markdown-mode-hook gfm-mode-hook markdown-ts-mode-hook segue-toml-mode-hook))
  (add-hook hook #'segue-ensure))

(provide 'segue)
;;; segue.el ends here
