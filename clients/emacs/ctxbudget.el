;;; ctxbudget.el --- What text costs in tokens, and what a session has left  -*- lexical-binding: t; -*-

;; Author: ctxbudget maintainers
;; Version: 0.1.0
;; Package-Requires: ((emacs "28.1"))
;; Keywords: tools, text
;; SPDX-License-Identifier: MIT

;; This file is not part of GNU Emacs.

;;; Commentary:

;; The client of the language server `ctxbudget serve', for Eglot and for lsp-mode.
;;
;;   (require 'ctxbudget)
;;   (add-hook 'markdown-mode-hook #'eglot-ensure)   ; or #'lsp-deferred
;;   (ctxbudget-mode-line-mode 1)
;;
;; Diagnostics and hovers say what sections and documents cost; hints do where Eglot shows them (1.12 or newer).  The
;; mode line shows what the running session of an agent workflow has left, and a warning pops up once for each
;; crossing of a threshold.

;;; Code:

(require 'cl-lib)
(require 'url-parse)
(require 'url-util)

(defgroup ctxbudget nil
  "Context budgets of agent workflows."
  :group 'tools
  :prefix "ctxbudget-")

(defcustom ctxbudget-command '("ctxbudget" "serve" "--stdio")
  "The program that is the language server, and its arguments."
  :type '(repeat string))

(defcustom ctxbudget-settings nil
  "Settings of the server as a property list, as (:contextWindow 200000).
False is `:json-false'.  They count when a server is started, and go
before those of the project's `ctxbudget.toml'."
  :type 'plist)

(defface ctxbudget-warn '((t :inherit warning))
  "The session in the mode line at level warn.")

(defface ctxbudget-critical '((t :inherit error))
  "The session in the mode line at level critical.")

(defvar ctxbudget-change-hook nil
  "Run after a session has changed.")

(defvar ctxbudget--changes (make-hash-table :test #'eq :weakness 'key)
  "The last `budget/didChange' of each connection, as a property list.")

(defvar ctxbudget--crossings nil
  "Crossings that were told: two servers may follow one session.")

(defvar-local ctxbudget--connection nil
  "The connection that serves this buffer, if it is one of ours.")

(defun ctxbudget-options ()
  "The `initializationOptions' for the server."
  (append ctxbudget-settings
          (unless (plist-member ctxbudget-settings :watch) '(:watch t))
          (unless (plist-member ctxbudget-settings :alerts) '(:alerts "notification"))))

;;;; The running session

(defun ctxbudget--changed (connection change)
  "Take in CHANGE, the params of `budget/didChange' from CONNECTION."
  (let ((known (gethash connection ctxbudget--changes)))
    (cond ((and (not (equal (plist-get change :state) "deleted")) (plist-get change :status))
           (puthash connection change ctxbudget--changes))
          ((equal (plist-get known :sessionId) (plist-get change :sessionId))
           (remhash connection ctxbudget--changes))))
  (force-mode-line-update t)
  (run-hooks 'ctxbudget-change-hook))

(defun ctxbudget--alerted (params)
  "Show the alert in PARAMS, once for each crossing of a threshold."
  (let* ((alert (plist-get params :alert))
         (session (plist-get params :sessionId))
         (crossing (list session (plist-get params :revision) (plist-get alert :at))))
    (unless (or (equal (plist-get alert :windowSource) "default") ; the window's size is not set
                (member crossing ctxbudget--crossings))
      (push crossing ctxbudget--crossings)
      (display-warning 'ctxbudget (format "Session %s: %s%s" session (plist-get alert :message)
                                          (if (plist-get alert :next) (concat " " (plist-get alert :next)) ""))
                       (if (equal (plist-get params :level) "critical") :error :warning)))))

(defun ctxbudget--figure (tokens)
  "TOKENS with its thousands separated, as the server writes it."
  (let ((text (number-to-string tokens)))
    (while (string-match "\\`\\(-?[0-9]+\\)\\([0-9]\\{3\\}\\)" text)
      (setq text (replace-match "\\1,\\2" nil nil text)))
    text))

(defun ctxbudget--change ()
  "What was last told of the session that this buffer's server follows."
  (and ctxbudget--connection (gethash ctxbudget--connection ctxbudget--changes)))

(defun ctxbudget-status ()
  "The running session in short; nil while there is none.
It reads `5,250/7,500 · phase 2 · warn': tokens retained, of the budget,
phase and level."
  (when-let* ((change (ctxbudget--change))
              (status (plist-get change :status)))
    (string-join
     (delq nil
           (list (if (ctxbudget--window-known-p status)
                     (format "%s/%s"
                             (ctxbudget--figure (plist-get status :retained))
                             (ctxbudget--figure (plist-get status :budget)))
                   (format "%s tokens" (ctxbudget--figure (plist-get status :retained))))
                 (cond ((equal (plist-get change :state) "closed") "closed")
                       ((plist-get change :phase) (format "phase %d" (plist-get change :phase))))
                 (and (ctxbudget--window-known-p status) (plist-get status :level))))
     " · ")))

(defun ctxbudget--window-known-p (status)
  "Whether anyone has said how large the window of STATUS is.
If not, nothing is shown as a share of it, and nothing warned of."
  (not (equal (plist-get status :windowSource) "default")))

(defun ctxbudget--share (status part whole)
  "PART of WHOLE, both keys of STATUS, in percent, or the tokens that are over it."
  (let ((part (plist-get status part))
        (whole (plist-get status whole)))
    (if (> part whole)
        (format "%s tokens over" (ctxbudget--figure (- part whole)))
      (format "%d%% of" (round (* 100.0 part) (max whole 1))))))

(defun ctxbudget--mode-line ()
  "The session as a part of the mode line."
  (when-let ((text (ctxbudget-status)))
    (let* ((change (ctxbudget--change))
           (status (plist-get change :status)))
      (propertize (string-replace "%" "%%" (concat " ctx " text)) ; the mode line reads % as its own
                  'face (and (ctxbudget--window-known-p status)
                             (pcase (plist-get status :level)
                               ("warn" 'ctxbudget-warn)
                               ("critical" 'ctxbudget-critical)))
                  'help-echo (format "Session %s: %s.
M-x ctxbudget-report shows all of it."
                                     (plist-get change :sessionId)
                                     (if (ctxbudget--window-known-p status)
                                         (format "%s the budget, %s the window"
                                                 (ctxbudget--share status :retained :budget)
                                                 (ctxbudget--share status :retained :window))
                                       "the window's size is not set"))))))

(defconst ctxbudget--mode-line-construct '(:eval (ctxbudget--mode-line)))

;;;###autoload
(define-minor-mode ctxbudget-mode-line-mode
  "Show in the mode line what the running session has left.
It is shown in buffers that the server looks at."
  :global t
  (setq-default mode-line-misc-info (delete ctxbudget--mode-line-construct (default-value 'mode-line-misc-info)))
  (when ctxbudget-mode-line-mode
    (setq-default mode-line-misc-info (cons ctxbudget--mode-line-construct (default-value 'mode-line-misc-info))))
  (force-mode-line-update t))

;;;; Commands

(cl-defgeneric ctxbudget--request (connection method params done)
  "Ask over CONNECTION for METHOD with PARAMS; DONE gets the result as a plist.")

(cl-defgeneric ctxbudget--uri (connection)
  "The address of the current buffer's document, as CONNECTION knows it.")

(defun ctxbudget--connected ()
  "The connection of this buffer; an error if there is none."
  (or ctxbudget--connection (user-error "The ctxbudget server does not look at this buffer")))

(defun ctxbudget--execute (command &rest arguments)
  "Have the server run COMMAND on the document, with more ARGUMENTS.
It says itself what came of it."
  (let ((connection (ctxbudget--connected)))
    (ctxbudget--request connection "workspace/executeCommand"
                        (list :command (concat "ctxbudget." command)
                              :arguments (vconcat (list (ctxbudget--uri connection)) arguments))
                        #'ignore)))

(defun ctxbudget--line (position)
  "The line of POSITION, counted from 0."
  (1- (line-number-at-pos position t)))

(defun ctxbudget-show ()
  "Say what the document costs, its layer and its ceiling."
  (interactive)
  (ctxbudget--execute "showBudget"))

(defun ctxbudget-insert-metadata ()
  "Insert the document's extract behind its title, or bring it up to date."
  (interactive)
  (ctxbudget--execute "insertMetadata"))

(defun ctxbudget-move-section ()
  "Move the section around point to a new file; a pointer to it stays."
  (interactive)
  (ctxbudget--execute "moveSection" (ctxbudget--line (point))))

(defun ctxbudget-extract (beginning end)
  "Replace the lines of the region from BEGINNING to END by their extract."
  (interactive "r")
  (let* ((last (save-excursion (goto-char end) (if (and (bolp) (> end beginning)) (1- end) end)))
         (far 1000000)) ; a character behind the end of a line means its end
    (ctxbudget--execute "extractSelection"
                        `(:start (:line ,(ctxbudget--line beginning) :character 0)
                          :end (:line ,(ctxbudget--line last) :character ,far)))))

(defun ctxbudget-count ()
  "Count the workspace's files, and list those that cost most."
  (interactive)
  (ctxbudget--request (ctxbudget--connected) "workspace/executeCommand"
                      '(:command "ctxbudget.countWorkspace" :arguments [])
                      #'ctxbudget--list))

(defun ctxbudget--list (count)
  "Show COUNT, the result of `ctxbudget.countWorkspace'."
  (with-current-buffer (get-buffer-create "*ctxbudget count*")
    (let ((inhibit-read-only t))
      (erase-buffer)
      (insert (format "%s tokens in %s files. The largest:\n\n"
                      (ctxbudget--figure (plist-get count :tokens))
                      (ctxbudget--figure (plist-get count :files))))
      (seq-doseq (file (plist-get count :largest))
        (insert (format "%s:1: %s tokens\n"
                        (ctxbudget--path (plist-get file :uri))
                        (ctxbudget--figure (plist-get file :tokens))))))
    (compilation-mode)
    (goto-char (point-min))
    (display-buffer (current-buffer))))

(defun ctxbudget--path (uri)
  "The file that URI means."
  (decode-coding-string (url-unhex-string (url-filename (url-generic-parse-url uri))) 'utf-8))

(defun ctxbudget-report ()
  "Show the report of the running session; it follows the account."
  (interactive)
  (let ((connection (ctxbudget--connected))
        (buffer (get-buffer-create "*ctxbudget report*")))
    (with-current-buffer buffer
      (special-mode)
      (setq ctxbudget--connection connection)
      (add-hook 'ctxbudget-change-hook #'ctxbudget--renew-report))
    (ctxbudget--renew-report)
    (display-buffer buffer)))

(defun ctxbudget--renew-report ()
  "Write the report again, if it still has a buffer."
  (if-let ((buffer (get-buffer "*ctxbudget report*")))
      (let* ((connection (buffer-local-value 'ctxbudget--connection buffer))
             (session (plist-get (gethash connection ctxbudget--changes) :sessionId)))
        (if session
            (ctxbudget--ask-report connection buffer session)
          (ctxbudget--request
           connection "session/list" '(:limit 1)
           (lambda (found)
             (if-let ((latest (plist-get found :latest)))
                 (ctxbudget--ask-report connection buffer latest)
               ;; The protocol would answer with zeros.
               (ctxbudget--write-report
                buffer "There is no session yet: this buffer shows the first one when it begins.\n"))))))
    (remove-hook 'ctxbudget-change-hook #'ctxbudget--renew-report)))

(defun ctxbudget--ask-report (connection buffer session)
  "Ask for the report of SESSION over CONNECTION, and show it in BUFFER."
  (ctxbudget--request connection "budget/report" (list :format "markdown" :sessionId session)
                      (lambda (report)
                        (ctxbudget--write-report buffer (plist-get report :markdown)))))

(defun ctxbudget--write-report (buffer text)
  "Let BUFFER show TEXT, with point where it was."
  (when (buffer-live-p buffer)
    (with-current-buffer buffer
      (let ((inhibit-read-only t) (point (point)))
        (erase-buffer)
        (insert text)
        (goto-char (min point (point-max)))))))

(with-eval-after-load 'eglot (require 'ctxbudget-eglot))
(with-eval-after-load 'lsp-mode (require 'ctxbudget-lsp))

(provide 'ctxbudget)
;;; ctxbudget.el ends here
