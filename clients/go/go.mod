module ctxbudget

go 1.19
