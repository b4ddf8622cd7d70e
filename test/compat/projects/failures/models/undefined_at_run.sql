{{ no_such_macro() if execute else '' }} select 1
