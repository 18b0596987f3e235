;;; ctxbudget-eglot.el --- The ctxbudget server in Eglot  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT

;; This file is not part of GNU Emacs.

;;; Commentary:

;; Loaded by ctxbudget.el when Eglot is there (1.9 or newer).

;;; Code:

(require 'ctxbudget)
(require 'eglot)

(defclass ctxbudget-eglot-server (eglot-lsp-server) ()
  :documentation "The language server of context budgets.")

(defun ctxbudget-eglot-contact (&rest _)
  "The contact for Eglot: a class and a command."
  (cons 'ctxbudget-eglot-server ctxbudget-command))

(add-to-list 'eglot-server-programs '((markdown-mode markdown-ts-mode) . ctxbudget-eglot-contact))
;; At the end: many modes are derived from text-mode, and have servers of their own.
(add-to-list 'eglot-server-programs '(text-mode . ctxbudget-eglot-contact) t)

(cl-defmethod eglot-initialization-options ((_server ctxbudget-eglot-server))
  "Ask to be told about the running session."
  (ctxbudget-options))

(cl-defmethod eglot-client-capabilities ((_server ctxbudget-eglot-server))
  "What Eglot can do by itself, and creating files."
  (let* ((capabilities (copy-sequence (cl-call-next-method)))
         (workspace (copy-sequence (plist-get capabilities :workspace)))
         (edit (copy-sequence (plist-get workspace :workspaceEdit))))
    (setq edit (plist-put edit :resourceOperations ["create"])
          workspace (plist-put workspace :workspaceEdit edit))
    (plist-put capabilities :workspace workspace)))

(cl-defmethod eglot-handle-request
  ((server ctxbudget-eglot-server) (method (eql 'workspace/applyEdit)) &key label edit)
  "Do for SERVER what METHOD asks for, by EDIT and with LABEL.
New files come first, which Eglot has no way to make; the rest is left
to it.  It may ask before it edits: if the answer is no, they go again."
  (let* ((steps (append (plist-get edit :documentChanges) nil))
         (new (cl-remove-if-not (lambda (step) (equal (plist-get step :kind) "create")) steps))
         (files (mapcar (lambda (step) (ctxbudget--path (plist-get step :uri))) new))
         done)
    (when new
      (setq edit (list :documentChanges (vconcat (cl-remove-if (lambda (step) (memq step new)) steps)))))
    (dolist (file files)
      (write-region "" nil file nil 'quiet nil 'excl))
    (unwind-protect
        (prog1 '(:applied t)
          (cl-call-next-method server method :label label :edit edit)
          (setq done t))
      (unless done
        (mapc #'delete-file files)))))

(cl-defmethod eglot-handle-notification
  ((server ctxbudget-eglot-server) (_method (eql 'budget/didChange)) &rest change)
  "Show CHANGE of the session that SERVER follows."
  (ctxbudget--changed server change))

(cl-defmethod eglot-handle-notification
  ((_server ctxbudget-eglot-server) (_method (eql 'budget/alert)) &rest params)
  "Show the alert in PARAMS."
  (ctxbudget--alerted params))

(cl-defmethod ctxbudget--request ((server ctxbudget-eglot-server) method params done)
  "Ask SERVER for METHOD with PARAMS; DONE gets the result."
  (jsonrpc-async-request server (intern (concat ":" method)) params
                         :success-fn done
                         :error-fn (jsonrpc-lambda (&key message &allow-other-keys)
                                     (message "ctxbudget: %s" message))))

(cl-defmethod ctxbudget--uri ((_server ctxbudget-eglot-server))
  "The address of the current buffer's document, as Eglot has told it."
  (plist-get (eglot--TextDocumentIdentifier) :uri))

(defun ctxbudget-eglot--manage ()
  "Note which of our servers there is for this buffer, if any."
  (let ((server (and (eglot-managed-p) (eglot-current-server))))
    (setq ctxbudget--connection (and (cl-typep server 'ctxbudget-eglot-server) server))))

(add-hook 'eglot-managed-mode-hook #'ctxbudget-eglot--manage)

(provide 'ctxbudget-eglot)
;;; ctxbudget-eglot.el ends here
