;;; ctxbudget-lsp.el --- The ctxbudget server in lsp-mode  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;; This file is not part of GNU Emacs.

;;; Commentary:

;; Loaded by ctxbudget.el when lsp-mode is there (8.0 or newer).

;;; Code:

(require 'ctxbudget)
(require 'lsp-mode)

(defun ctxbudget-lsp--plain (value)
  "VALUE with property lists for its objects, hash tables or not."
  (cond ((hash-table-p value)
         (let (plain)
           (maphash (lambda (key member)
                      (setq plain (nconc (list (intern (concat ":" key)) (ctxbudget-lsp--plain member)) plain)))
                    value)
           plain))
        ((vectorp value) (cl-map 'vector #'ctxbudget-lsp--plain value))
        (t value)))

(defun ctxbudget-lsp--changed (workspace change)
  "Take in CHANGE, which WORKSPACE was told."
  (ctxbudget--changed workspace (ctxbudget-lsp--plain change)))

(defun ctxbudget-lsp--alerted (_workspace params)
  "Show the alert in PARAMS."
  (ctxbudget--alerted (ctxbudget-lsp--plain params)))

(lsp-register-client
 (make-lsp-client
  :new-connection (lsp-stdio-connection (lambda () ctxbudget-command))
  :activation-fn (lsp-activate-on "markdown" "plaintext")
  :server-id 'ctxbudget
  ;; It runs beside a server that knows the language.
  :add-on? t
  :priority -1
  :initialization-options #'ctxbudget-options
  :notification-handlers (lsp-ht ("budget/didChange" #'ctxbudget-lsp--changed)
                                 ("budget/alert" #'ctxbudget-lsp--alerted))))

(cl-defmethod ctxbudget--request ((workspace lsp--workspace) method params done)
  "Ask the server of WORKSPACE for METHOD with PARAMS; DONE gets the result."
  (with-lsp-workspace workspace
    (lsp-request-async method params (lambda (result) (funcall done (ctxbudget-lsp--plain result)))
                       :mode 'detached)))

(cl-defmethod ctxbudget--uri ((_workspace lsp--workspace))
  "The address of the current buffer's document, as lsp-mode has told it."
  (lsp--buffer-uri))

(defun ctxbudget-lsp--manage ()
  "Note which of our servers there is for this buffer, if any."
  (setq ctxbudget--connection
        (cl-find 'ctxbudget (lsp-workspaces)
                 :key (lambda (workspace) (lsp--client-server-id (lsp--workspace-client workspace))))))

(add-hook 'lsp-after-open-hook #'ctxbudget-lsp--manage)
(add-hook 'lsp-unconfigure-hook #'ctxbudget-lsp--manage)

(provide 'ctxbudget-lsp)
;;; ctxbudget-lsp.el ends here
