" Neovim takes *.e for other languages; here it is E.
autocmd BufRead,BufNewFile *.e,*.emaker,*.caplet,*.e-awt,*.e-swt set filetype=e
autocmd BufRead,BufNewFile *.updoc set filetype=updoc
