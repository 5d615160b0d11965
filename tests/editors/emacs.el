;;; Run by emacs.sh inside Emacs: what a user sees of eglot, waited for with generous limits. -*- lexical-binding: t; -*-
(defvar failures 0)
(defvar patience (string-to-number (or (getenv "SEGUE_PATIENCE") "30")))
(defvar workspace (file-name-as-directory (getenv "WORKSPACE")))

(defun check (name ok &optional seen)
  (princ (format "%s %s%s\n" (if ok "ok    " "FAILED") name (if (or ok (not seen)) "" (format "  saw: %S" seen))))
  (unless ok (setq failures (1+ failures)))
  ok)

(defun eventually (condition)
  "Whether CONDITION comes true in time; Emacs takes messages meanwhile."
  (let ((end (+ (float-time) patience)) (done nil))
    (while (and (not (setq done (funcall condition))) (< (float-time) end))
      (accept-process-output nil 0.05))
    done))

;; A stand-in: Emacs has no mode for Markdown of its own.
(define-derived-mode markdown-mode text-mode "Markdown")
(add-to-list 'auto-mode-alist '("\\.md\\'" . markdown-mode))
(setq eglot-sync-connect 30 eglot-autoshutdown nil eglot-confirm-server-edits nil make-backup-files nil
      create-lockfiles nil auto-save-default nil)
(load (getenv "SEGUE_EL"))
(setq segue-program (getenv "SEGUE"))

(defun open (path)
  (find-file (concat workspace path))
  (revert-buffer t t)
  (unless (eglot-managed-p) (call-interactively #'eglot)))

(defun found ()
  (flymake-start)
  (mapcar #'flymake-diagnostic-text (flymake-diagnostics)))

(open ".github/prompts/implement.prompt.md")
(check "attach" (eventually #'eglot-managed-p))
(check "diagnostics" (eventually (lambda () (seq-some (lambda (text) (string-match-p "has the anchor" text)) (found)))) (found))

(open "segue.toml")
(check "attach: to segue.toml" (and (eventually #'eglot-managed-p) (eq major-mode 'segue-toml-mode)) major-mode)
(check "diagnostics: of segue.toml"
       (eventually (lambda () (seq-some (lambda (text) (string-match-p "lies between 1 and 100" text)) (found)))) (found))

(open ".github/prompts/implement.prompt.md")
(goto-char (point-min))
(search-forward "mod")
(check "hover"
       (and (eglot-server-capable :hoverProvider)
            ;; Asked again where an answer was called back.
            (eventually
             (lambda ()
               (string-match-p "Works on its own, with tools"
                               (format "%S" (ignore-errors
                                              (jsonrpc-request (eglot-current-server) :textDocument/hover
                                                               (eglot--TextDocumentPositionParams)))))))))

(goto-char (point-min))
(search-forward "pasword")
(let* (actions fix)
  (when (eglot-server-capable :codeActionProvider)
    (eventually
     (lambda ()
       (setq actions (ignore-errors (eglot-code-actions (point) (point)))
             fix (seq-find (lambda (action) (string-match-p "password-hashing" (plist-get action :title))) actions)))))
  (when fix (eglot-execute (eglot-current-server) fix))
  (check "actions" (and fix (eventually (lambda () (string-match-p "#password-hashing" (buffer-string)))))
         (mapcar (lambda (action) (plist-get action :title)) actions)))
(set-buffer-modified-p nil)

(open ".github/agents/planner.agent.md")
(goto-char (point-min))
(forward-line 1)
(insert "argum\n")
(backward-char 1)
(check "completion"
       (and (eglot-server-capable :completionProvider)
            (eventually
             (lambda ()
               (let ((offer (ignore-errors (eglot-completion-at-point))))
                 (and offer (seq-some (lambda (word) (string-match-p "argument-hint" word))
                                      (ignore-errors (all-completions "argum" (nth 2 offer))))))))))
(revert-buffer t t)

(open "docs/auth.memory.md")
(goto-char (point-min))
(search-forward "Password")
(when (eglot-server-capable :renameProvider)
  (eventually (lambda () (ignore-errors (eglot-rename "How we hash") t))))
(save-some-buffers t)
(check "rename" (with-temp-buffer
                  (insert-file-contents (concat workspace "specs/sign-in.spec.md"))
                  (search-forward "#how-we-hash" nil t)))
(kill-emacs (if (> failures 0) 1 0))
