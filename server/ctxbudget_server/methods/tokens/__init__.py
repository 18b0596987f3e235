"""Methods `tokens/*`: counting texts outside any account."""
