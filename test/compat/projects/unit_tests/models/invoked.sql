select length('{{ invocation_id }}') as letters
