/** The command, as the host is to run it. `ctxbudget install claude-code` writes its path here. */
export const PROGRAM = 'ctxbudget'
